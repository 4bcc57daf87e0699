package dev.waystate.console.live;

import dev.waystate.security.access.AdmittedRequest;
import dev.waystate.server.http.AsyncAnswers;
import dev.waystate.server.telemetry.HttpCall;
import io.grpc.Status;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * One page's stream. The hub's thread and Tomcat's write to it in turns, as much as the connection takes without blocking:
 * what is under way for a page that does not read is a chunk, and a frame that other pages have as well.
 */
final class FrameStream implements WriteListener, AsyncListener {

    /** How much Tomcat keeps of a frame when the connection takes no more. */
    static final int CHUNK_BYTES = 16 * 1024;

    private static final byte[] NOTHING = {};
    private static final Status GONE = Status.CANCELLED.withDescription("The page has gone");

    private final AsyncContext async;
    private final ServletOutputStream out;
    private final FrameRing frames;
    private final StreamStart start;
    private final AdmittedRequest request;
    private final HttpCall call;

    /** What goes before the next frame. */
    private final Queue<byte[]> events = new ArrayDeque<>();

    /** Whether Tomcat has called {@link #onWritePossible}: before that, writing would block. */
    private boolean open;

    private boolean begun;
    private boolean ended;

    /** Whether the connection took no more when there was something to write. */
    private boolean blocked;

    /** Whether something was written since the last tick, and the tick after which something was. */
    private boolean heard;

    private Instant heardAt = Instant.MIN;

    /** Whether the stream is complete once the events have been written. */
    private boolean last;

    private long position;
    private volatile boolean logEndKnown;

    /** The frame that is being written; null if it is another event, or nothing. */
    private @Nullable Frame frame;

    private byte[] bytes = NOTHING;
    private int written;
    private boolean flushDue;

    /**
     * @param async of an answer that has its status and its headers
     * @param call is ended with the stream
     */
    FrameStream(
            AsyncContext async,
            ServletOutputStream out,
            FrameRing frames,
            StreamStart start,
            AdmittedRequest request,
            HttpCall call) {
        this.async = async;
        this.out = out;
        this.frames = frames;
        this.start = start;
        this.request = request;
        this.call = call;
        events.add(LiveEvents.SIGN_OF_LIFE); // so that the page knows at once that it is let in
    }

    StreamStart start() {
        return start;
    }

    /** Returns whose it is. */
    Object client() {
        return request.client();
    }

    /** Returns why the stream has to end; null if it need not. */
    @Nullable
    Status denial() {
        return request.endCondition().get();
    }

    synchronized void begin(byte[] hello, long after) {
        begun = true;
        position = after;
        events.add(hello);
        write();
    }

    synchronized boolean hasBegun() {
        return begun;
    }

    synchronized boolean hasEnded() {
        return ended;
    }

    /** Returns the position after which the next frame has to begin. */
    synchronized long position() {
        return position;
    }

    /** Returns whether everything has been written that is due now, and the page takes more. */
    synchronized boolean isIdle() {
        return !ended && !blocked && written == bytes.length && events.isEmpty();
    }

    /** Returns the frame that is under way. */
    synchronized @Nullable Frame frameUnderWay() {
        return ended ? null : frame;
    }

    /** Says that the log is as far as it was when the stream began. */
    void logEndIsKnown() {
        logEndKnown = true;
    }

    boolean isLogEndKnown() {
        return logEndKnown;
    }

    /** Sends an event, and goes on with the frames after a position. */
    synchronized void goOn(byte[] event, long after) {
        position = after;
        events.add(event);
        write();
    }

    /** Sends an event unless another one is under way: a page that does not read misses it. */
    synchronized void offer(byte[] event) {
        if (isIdle()) {
            events.add(event);
            write();
        }
    }

    /** Sends an event if nothing was written for a while. Is called once a tick. */
    synchronized void beat(byte[] event, Instant now) {
        if (!heard && !now.isBefore(heardAt.plus(FrameHub.HEARTBEAT))) {
            offer(event);
            heard = true;
        }
        if (heard) {
            heard = false;
            heardAt = now;
        }
    }

    /** Ends the stream with an event, or without one if the page does not take it at once. */
    synchronized void end(byte[] event, Status reason) {
        events.add(event);
        last = true;
        write();
        breakOff(reason);
    }

    /** Ends the stream with its connection, if it has not ended. */
    synchronized void breakOff(Status reason) {
        boolean wasOpen = !ended;
        ended(reason);
        if (wasOpen) {
            AsyncAnswers.breakOff(async.getRequest());
        }
    }

    private void ended(Status reason) {
        ended = true;
        call.end(reason);
    }

    /** Writes what is due, as far as the page takes it. Tomcat calls {@link #onWritePossible} when it takes more. */
    synchronized void write() {
        try {
            do {
                blocked = open && !ended && !out.isReady();
            } while (open && !ended && !blocked && writeNext());
        } catch (IOException | IllegalStateException gone) {
            ended(GONE); // Tomcat, which has seen it as well, closes the connection
        }
    }

    /** Writes one piece, and returns whether there may be another one. */
    private boolean writeNext() throws IOException {
        if (written == bytes.length) {
            takeNext();
        }
        if (written < bytes.length) {
            int length = Math.min(CHUNK_BYTES, bytes.length - written);
            written += length;
            byte[] source = bytes;
            int from = written - length;
            if (written == bytes.length) { // Tomcat has a copy of what it cannot send
                bytes = NOTHING;
                written = 0;
                frame = null;
            }
            out.write(source, from, length);
            call.bytesSent(length);
            heard = true;
            flushDue = true;
            return true;
        }
        if (flushDue) {
            flushDue = false;
            out.flush();
            return true;
        }
        if (last) {
            ended = true;
            async.complete();
        }
        return false;
    }

    private void takeNext() {
        byte[] event = events.poll();
        frame = event == null && begun && !last ? frames.after(position) : null;
        if (frame != null) {
            position = frame.position();
            event = frame.bytes();
        }
        if (event != null) {
            call.messageSent();
        }
        bytes = event == null ? NOTHING : event;
        written = 0;
    }

    @Override
    public synchronized void onWritePossible() {
        open = true;
        write();
    }

    @Override
    public synchronized void onError(Throwable problem) {
        ended(GONE);
    }

    @Override
    public synchronized void onError(AsyncEvent event) {
        ended(GONE);
        async.complete(); // or there would be an error page, for nobody
    }

    @Override
    public synchronized void onComplete(AsyncEvent event) {
        ended(GONE);
    }

    @Override
    public void onTimeout(AsyncEvent event) {
        // there is none
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
        // has been
    }
}
