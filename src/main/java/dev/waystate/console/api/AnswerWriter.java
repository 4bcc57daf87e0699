package dev.waystate.console.api;

import dev.waystate.console.AsyncWriter;
import dev.waystate.console.Problem;
import dev.waystate.server.http.AsyncAnswers;
import io.grpc.Status.Code;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/** Writes the answer of a call over HTTP, and counts what its client has not taken. */
final class AnswerWriter implements AsyncWriter.Source {

    private static final int CHUNK_BYTES = 8 * 1024;

    private static final Problem NO_ROOM = Problem.of(
                    HttpStatus.TOO_MANY_REQUESTS,
                    Code.RESOURCE_EXHAUSTED,
                    "Too many answers wait for clients that do not take them: try again later")
            .withRetryAfter(1);

    private final HttpServletResponse response;
    private final AsyncWriter writer;
    private final UnwrittenAnswers unwritten;
    private final Runnable onTaken;
    private final Runnable onGone;

    private volatile long bytes;

    // Guarded by the writer's lock.
    private final Queue<byte[]> pieces = new ArrayDeque<>();
    private int pieceBytes;
    private long heldBytes;
    private boolean begun;
    private boolean asked = true;

    /**
     * @param onTaken runs each time the client has taken all that was written; it runs under a lock and must not block
     * @param onGone runs when the client has all of the answer, or takes nothing more; it runs under a lock and must
     *     not block
     */
    private AnswerWriter(
            HttpServletRequest request,
            HttpServletResponse response,
            UnwrittenAnswers unwritten,
            Runnable onTaken,
            Runnable onGone)
            throws IOException {
        this.response = response;
        this.unwritten = unwritten;
        this.onTaken = onTaken;
        this.onGone = onGone;
        this.writer = new AsyncWriter(AsyncAnswers.start(request), response.getOutputStream(), this, CHUNK_BYTES);
    }

    static AnswerWriter start(
            HttpServletRequest request,
            HttpServletResponse response,
            UnwrittenAnswers unwritten,
            Runnable onTaken,
            Runnable onGone)
            throws IOException {
        AnswerWriter answer = new AnswerWriter(request, response, unwritten, onTaken, onGone);
        response.getOutputStream().setWriteListener(answer.writer);
        return answer;
    }

    /** Returns when the client last took something, by {@link System#nanoTime}. */
    long movedAtNanos() {
        return writer.movedAtNanos();
    }

    /** Returns how many bytes the answer has so far, whether they are written or not. */
    long bytes() {
        return bytes;
    }

    /** Writes more of the answer. The first call begins the answer, if there is room for it. */
    void write(String contentType, List<byte[]> more) {
        writer.update(() -> {
            if (!begun && !unwritten.hasRoomFor(length(more))) {
                answer(NO_ROOM);
                onGone.run();
                return;
            }
            begin(HttpServletResponse.SC_OK, contentType);
            add(more);
            asked = false;
        });
    }

    /** Sets a header, unless the answer has begun. */
    void header(String name, String value) {
        writer.update(() -> {
            if (!begun && !writer.hasEnded()) {
                response.setHeader(name, value);
            }
        });
    }

    void end() {
        writer.update(writer::end);
    }

    /**
     * Answers with a problem.
     *
     * @param lastPieces what is written instead if the answer has begun; if empty, the connection is broken off
     */
    void fail(Problem problem, List<byte[]> lastPieces) {
        writer.update(() -> {
            if (writer.isLast()) {
                return; // it has been refused
            }
            if (!begun) {
                answer(problem);
            } else if (lastPieces.isEmpty()) {
                writer.breakOff();
            } else {
                add(lastPieces);
                writer.end();
            }
        });
    }

    private void answer(Problem problem) {
        problem.headers().forEach(response::setHeader);
        begin(problem.status().value(), Problem.CONTENT_TYPE);
        add(List.of(problem.json()));
        writer.end();
    }

    private void begin(int status, String contentType) {
        if (!begun && !writer.hasEnded()) {
            begun = true;
            writer.flush();
            response.setStatus(status);
            response.setContentType(contentType);
        }
    }

    private void add(List<byte[]> more) {
        if (!writer.hasEnded()) {
            if (heldBytes == 0) {
                writer.touch();
            }
            long length = length(more);
            bytes += length;
            heldBytes += length;
            unwritten.hold(this, length);
            pieces.addAll(more);
        }
    }

    /** Breaks off the answer if it waits for its client, unless the client takes some of it just now. */
    void dropIfStill() {
        writer.updateIfFree(() -> {
            if (heldBytes > 0) {
                writer.breakOff();
            }
        });
    }

    @Override
    public byte @Nullable [] next() {
        byte[] next = pieces.poll();
        pieceBytes = next == null ? 0 : next.length;
        return next;
    }

    @Override
    public void written(int count, boolean whole) {
        if (whole) {
            release(pieceBytes);
        }
    }

    @Override
    public boolean taken() {
        if (asked) {
            return false;
        }
        asked = true;
        onTaken.run();
        return true;
    }

    @Override
    public void ended() {
        pieces.clear();
        release(heldBytes);
        unwritten.ended(this);
        onGone.run();
    }

    private void release(long count) {
        heldBytes -= count;
        unwritten.release(count);
    }

    private static long length(List<byte[]> pieces) {
        return pieces.stream().mapToLong(piece -> piece.length).sum();
    }
}
