package dev.waystate.console.live;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The newest frames, up to a number of bytes, and one at least. May be used by any thread. */
final class FrameRing {

    private final long maxBytes;
    private final Map<Long, Frame> frames = new LinkedHashMap<>();
    private long bytes;

    FrameRing(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Adds a frame. It replaces the one that begins after the same position. */
    synchronized void add(Frame frame) {
        Frame replaced = frames.put(frame.after(), frame);
        bytes += frame.bytes().length - (replaced == null ? 0 : replaced.bytes().length);
        Iterator<Frame> oldest = frames.values().iterator();
        while (bytes > maxBytes && frames.size() > 1) {
            bytes -= oldest.next().bytes().length;
            oldest.remove();
        }
    }

    /** Returns the frame that begins after a position; null if there is none. */
    synchronized @Nullable Frame after(long position) {
        return frames.get(position);
    }

    synchronized boolean contains(Frame frame) {
        return frames.get(frame.after()) == frame;
    }

    synchronized long bytes() {
        return bytes;
    }

    synchronized void clear() {
        frames.clear();
        bytes = 0;
    }
}
