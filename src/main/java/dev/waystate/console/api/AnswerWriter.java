package dev.waystate.console.api;

import dev.waystate.console.Problem;
import dev.waystate.server.http.AsyncAnswers;
import io.grpc.Status.Code;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.locks.ReentrantLock;
import org.springframework.http.HttpStatus;

/**
 * Writes an answer as its client takes it, on whatever thread there is something to write, and never waits: a client
 * that does not read holds no thread. What it does not take for {@code waystate.limits.reader-stall-timeout} is given up.
 */
final class AnswerWriter implements WriteListener, AsyncListener {

    /** How much Tomcat is given at once, and then holds until its client takes it. */
    private static final int PIECE_BYTES = 8 * 1024;

    private static final Problem NO_ROOM = Problem.of(
                    HttpStatus.TOO_MANY_REQUESTS,
                    Code.RESOURCE_EXHAUSTED,
                    "Too many answers wait for clients that do not take them: try again later")
            .withRetryAfter(1);

    private final HttpServletResponse response;
    private final ServletOutputStream out;
    private final AsyncContext async;
    private final UnwrittenAnswers unwritten;
    private final Runnable onTaken;
    private final Runnable onGone;

    private final ReentrantLock lock = new ReentrantLock();
    private volatile long movedAtNanos = System.nanoTime();

    // Guarded by the lock.
    private final Queue<byte[]> pieces = new ArrayDeque<>();
    /** How much of the first piece is written. */
    private int offset;

    private boolean writable;
    private boolean writing;
    private boolean begun;
    private boolean unflushed;
    private boolean asked = true;
    private boolean ended;
    private boolean dropped;
    private boolean closed;

    /**
     * @param onTaken is run each time that the client has taken all that was written; runs under a lock, must not block
     * @param onGone is run when the client will take nothing more, likewise
     */
    private AnswerWriter(
            HttpServletResponse response,
            AsyncContext async,
            UnwrittenAnswers unwritten,
            Runnable onTaken,
            Runnable onGone)
            throws IOException {
        this.response = response;
        this.out = response.getOutputStream();
        this.async = async;
        this.unwritten = unwritten;
        this.onTaken = onTaken;
        this.onGone = onGone;
    }

    static AnswerWriter start(
            HttpServletRequest request,
            HttpServletResponse response,
            UnwrittenAnswers unwritten,
            Runnable onTaken,
            Runnable onGone)
            throws IOException {
        AsyncContext async = AsyncAnswers.start(request);
        AnswerWriter writer = new AnswerWriter(response, async, unwritten, onTaken, onGone);
        async.addListener(writer);
        writer.out.setWriteListener(writer);
        return writer;
    }

    /** Returns when the client has taken something for the last time. */
    long movedAtNanos() {
        return movedAtNanos;
    }

    /** Begins the answer, unless that has been done, and writes more of it. One that has not begun needs room. */
    void write(String contentType, List<byte[]> more) {
        locked(() -> {
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
        locked(() -> {
            if (!begun && !closed) {
                response.setHeader(name, value);
            }
        });
    }

    void end() {
        locked(() -> ended = true);
    }

    /**
     * Answers with a problem.
     *
     * @param lastPieces what is written in its place if an answer has begun; without any, the connection is broken off
     */
    void fail(Problem problem, List<byte[]> lastPieces) {
        locked(() -> {
            if (ended) {
                return; // it has been refused
            }
            if (!begun) {
                answer(problem);
            } else if (lastPieces.isEmpty()) {
                drop();
            } else {
                add(lastPieces);
            }
            ended = true;
        });
    }

    private void answer(Problem problem) {
        problem.headers().forEach(response::setHeader);
        begin(problem.status().value(), Problem.CONTENT_TYPE);
        add(List.of(problem.json()));
        ended = true;
    }

    /** Breaks off an answer that waits for its client, unless that takes some of it just now. */
    void dropIfStill() {
        if (lock.tryLock()) {
            try {
                if (!pieces.isEmpty() && !writing) {
                    drop();
                    onGone.run();
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /** Tomcat calls this when it has written what it was given. */
    @Override
    public void onWritePossible() {
        locked(() -> {
            writable = true;
            movedAtNanos = System.nanoTime();
        });
    }

    private void locked(Runnable change) {
        lock.lock();
        try {
            change.run();
            if (writable && !writing) { // else whoever writes sees to it
                advance();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Does what can be done. Where the output is not ready, Tomcat calls again. */
    private void advance() {
        writing = true;
        try {
            while (!closed && !dropped && out.isReady() && step()) {
                // goes on
            }
        } catch (IOException | IllegalStateException gone) {
            close();
        } finally {
            writing = false;
        }
    }

    /** Returns whether there may be more to do. */
    private boolean step() throws IOException {
        if (!pieces.isEmpty()) {
            writePiece(pieces.element());
            unflushed = true;
        } else if (ended) {
            close();
        } else if (unflushed) {
            unflushed = false;
            out.flush();
        } else if (!asked) {
            asked = true;
            onTaken.run();
        } else {
            return false;
        }
        return true;
    }

    private void writePiece(byte[] piece) throws IOException {
        int bytes = Math.min(PIECE_BYTES, piece.length - offset);
        out.write(piece, offset, bytes);
        movedAtNanos = System.nanoTime(); // Tomcat takes a piece when it has written the one before
        offset += bytes;
        if (offset == piece.length) {
            offset = 0;
            pieces.remove();
            unwritten.release(piece.length);
        }
    }

    private void begin(int status, String contentType) {
        if (!begun && !closed) {
            begun = true;
            unflushed = true;
            response.setStatus(status);
            response.setContentType(contentType);
        }
    }

    private void add(List<byte[]> more) {
        if (!closed && !dropped) {
            if (pieces.isEmpty()) {
                movedAtNanos = System.nanoTime();
            }
            unwritten.hold(this, length(more));
            pieces.addAll(more);
        }
    }

    private void drop() {
        dropped = true;
        unwritten.release(length(pieces));
        pieces.clear();
        if (!closed) {
            AsyncAnswers.breakOff(async.getRequest());
        }
    }

    private void close() {
        if (!closed) {
            closed = true;
            drop();
            unwritten.ended(this);
            onGone.run();
            complete();
        }
    }

    private void complete() {
        try {
            async.complete();
        } catch (IllegalStateException completed) {
            // as it should be
        }
    }

    private static long length(Collection<byte[]> pieces) {
        return pieces.stream().mapToLong(piece -> piece.length).sum();
    }

    /** The client has gone, or takes nothing. */
    @Override
    public void onError(Throwable problem) {
        locked(this::close);
    }

    /** Completes the request, if only once more: else Tomcat would make an error page. */
    @Override
    public void onError(AsyncEvent event) {
        locked(this::close);
        complete();
    }

    @Override
    public void onTimeout(AsyncEvent event) {
        locked(this::close);
    }

    @Override
    public void onComplete(AsyncEvent event) {
        locked(this::close);
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
        // is not begun again
    }
}
