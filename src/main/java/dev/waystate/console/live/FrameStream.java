package dev.waystate.console.live;

import dev.waystate.console.AsyncWriter;
import dev.waystate.security.access.AdmittedRequest;
import dev.waystate.server.telemetry.HttpCall;
import io.grpc.Status;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletOutputStream;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * One page's stream. The hub's thread and Tomcat's threads write to it in turns, as much as the connection takes
 * without blocking. A page that does not read holds a chunk in memory, and a frame that it shares with other pages.
 */
final class FrameStream implements AsyncWriter.Source {

    /** How much Tomcat keeps of a frame when the connection takes no more. */
    static final int CHUNK_BYTES = 16 * 1024;

    private static final Status GONE = Status.CANCELLED.withDescription("The page has gone");

    private final AsyncWriter writer;
    private final FrameRing frames;
    private final StreamStart start;
    private final AdmittedRequest request;
    private final HttpCall call;

    // Changed under the writer's lock.
    private volatile boolean begun;
    private volatile boolean ended;
    private volatile long position;

    /** The frame that is being written; null if it is another event, or nothing. */
    private volatile @Nullable Frame frame;

    private volatile boolean logEndKnown;

    // Guarded by the writer's lock.
    /** The events that are sent before the next frame. */
    private final Queue<byte[]> events = new ArrayDeque<>();

    private Status endReason = GONE;

    /** Whether something was written since the last tick. */
    private boolean heard;

    /** When a tick last found something written, or sent an event itself; null for never. */
    private @Nullable Long heardAt;

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
        this.frames = frames;
        this.start = start;
        this.request = request;
        this.call = call;
        this.writer = new AsyncWriter(async, out, this, CHUNK_BYTES);
        events.add(LiveEvents.SIGN_OF_LIFE); // so that the page knows at once that it is let in
    }

    /** Returns the listener of the output. */
    AsyncWriter writer() {
        return writer;
    }

    StreamStart start() {
        return start;
    }

    /** Returns the client that the stream counts for. */
    Object client() {
        return request.client();
    }

    /** Returns why the stream has to end; null if it need not. */
    @Nullable
    Status denial() {
        return request.endCondition().get();
    }

    void begin(byte[] hello, long after) {
        writer.update(() -> {
            begun = true;
            position = after;
            events.add(hello);
        });
    }

    boolean hasBegun() {
        return begun;
    }

    boolean hasEnded() {
        return ended;
    }

    /** Returns the position after which the next frame has to begin. */
    long position() {
        return position;
    }

    /** Returns whether everything that is due has been written, and the page takes more. */
    boolean isIdle() {
        return writer.look(() -> writer.takesMore() && events.isEmpty());
    }

    /** Returns the frame that is under way. */
    @Nullable
    Frame frameUnderWay() {
        return frame;
    }

    /** Notes that this replica has come to where the log ended when the stream began. */
    void logEndIsKnown() {
        logEndKnown = true;
    }

    boolean isLogEndKnown() {
        return logEndKnown;
    }

    /** Writes what is due, as far as the page takes it. */
    void write() {
        writer.update(() -> {});
    }

    /** Sends an event, and goes on with the frames after a position. */
    void goOn(byte[] event, long after) {
        writer.update(() -> {
            position = after;
            events.add(event);
        });
    }

    /** Sends an event unless another one is under way: a page that does not read misses it. */
    void offer(byte[] event) {
        writer.update(() -> {
            if (isIdle()) {
                events.add(event);
            }
        });
    }

    /**
     * Sends an event if nothing was written for a while. Called once a tick.
     *
     * @param now the time of the hub's clock, in nanoseconds
     */
    void beat(byte[] event, long now) {
        boolean due = writer.look(() -> !heard && (heardAt == null || now - heardAt >= FrameHub.HEARTBEAT.toNanos()));
        if (due) {
            offer(event);
        }
        writer.update(() -> {
            if (due || heard) {
                heard = false;
                heardAt = now;
            }
        });
    }

    /** Ends the stream with an event, or without one if the page does not take it at once. */
    void end(byte[] event, Status reason) {
        writer.update(() -> {
            endReason = reason;
            events.add(event);
            writer.end();
        });
        writer.breakOff();
    }

    /** Ends the stream together with its connection, unless it has ended. */
    void breakOff(Status reason) {
        writer.look(() -> endReason = reason);
        writer.breakOff();
    }

    @Override
    public byte @Nullable [] next() {
        byte[] next = events.poll();
        if (next == null && begun && !writer.isLast()) {
            frame = frames.after(position);
            if (frame != null) {
                position = frame.position();
                next = frame.bytes();
            }
        }
        if (next != null) {
            call.messageSent();
        }
        return next;
    }

    @Override
    public void written(int bytes, boolean whole) {
        heard = true;
        call.bytesSent(bytes);
        if (whole) {
            frame = null;
        }
    }

    @Override
    public void ended() {
        ended = true;
        frame = null;
        call.end(endReason);
    }
}
