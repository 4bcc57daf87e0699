package dev.waystate.console.live;

import dev.waystate.geometry.Point;
import dev.waystate.statelog.StateRecord;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Merges records, in the order of their positions, into one frame that is bounded in bytes. For one thread. */
final class FrameBuilder {

    /** How many of its newest records a frame lists: more than a reader sees pass in a quarter of a second. */
    static final int MAX_RECORDS = 200;

    /** The most bytes of a frame's sources; a single report may take more. */
    static final int MAX_SOURCES_BYTES = 384 * 1024;

    /** The most bytes of the records that a frame lists. */
    static final int MAX_RECORDS_BYTES = 128 * 1024;

    /** The most bytes that a source or a record takes besides its texts. */
    private static final int ENTRY_BYTES = 360;

    private final long after;
    private final Map<String, Merged> sources = new LinkedHashMap<>();
    private final Deque<StateRecord> newest = new ArrayDeque<>();
    private long position;
    private long count;
    private long sourcesBytes;
    private long newestBytes;

    /**
     * What a source has reported within the frame.
     *
     * @param last its last record
     * @param since when the first record of the unbroken run with the last one's status was recorded
     * @param whole whether all of its records in the frame are in that run
     * @param location its latest location; null if none of the records has one
     */
    record Merged(
            StateRecord last,
            Instant since,
            boolean whole,
            @Nullable Point location) {

        static Merged of(StateRecord first) {
            return new Merged(first, first.recordedAt(), true, first.location());
        }

        Merged with(StateRecord next) {
            boolean same = next.status() == last.status();
            return new Merged(
                    next,
                    same ? since : next.recordedAt(),
                    same && whole,
                    next.location() == null ? location : next.location());
        }
    }

    /** @param after the position after which the frame begins */
    FrameBuilder(long after) {
        this.after = after;
        this.position = after;
    }

    /** Adds the record after {@link #position()}, or returns false when the frame is full. It always takes one. */
    boolean add(StateRecord record) {
        long entryBytes = maxBytes(record);
        Merged before = sources.get(record.source());
        long bytes = sourcesBytes + entryBytes - (before == null ? 0 : maxBytes(before.last));
        if (count > 0 && bytes > MAX_SOURCES_BYTES) {
            return false;
        }
        sources.remove(record.source()); // so that they are in the order of their last records
        sources.put(record.source(), before == null ? Merged.of(record) : before.with(record));
        sourcesBytes = bytes;
        newest.add(record);
        newestBytes += entryBytes;
        while (newest.size() > MAX_RECORDS || newestBytes > MAX_RECORDS_BYTES) {
            newestBytes -= maxBytes(newest.remove());
        }
        position = record.position();
        count++;
        return true;
    }

    /** Returns the position of the last record, or the one after which the frame begins. */
    long position() {
        return position;
    }

    boolean isEmpty() {
        return count == 0;
    }

    Frame build(Instant now) {
        return new Frame(
                after,
                position,
                LiveEvents.frame(after, position, now, count, sources.values(), newest, count - newest.size()));
    }

    private static long maxBytes(StateRecord record) {
        return ENTRY_BYTES + maxBytes(record.source()) + maxBytes(record.info());
    }

    /** Returns the most bytes that a text can have in JSON. */
    private static long maxBytes(String text) {
        long bytes = 0;
        for (int i = 0; i < text.length(); i++) {
            char unit = text.charAt(i);
            if (unit < ' ') {
                bytes += 6;
            } else if (unit < 0x80) {
                bytes += unit == '"' || unit == '\\' || unit == '/' ? 2 : 1;
            } else {
                bytes += 3;
            }
        }
        return bytes;
    }
}
