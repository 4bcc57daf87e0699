package dev.waystate.console;

import dev.waystate.server.http.AsyncAnswers;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes an answer at the pace of its client. It never waits, so that a client that does not read holds no thread; any
 * thread may write. An answer of which the client takes nothing for {@code waystate.limits.reader-stall-timeout} is
 * given up.
 *
 * <p>One lock guards the writer and its source. What runs under the lock must not block.
 */
public final class AsyncWriter implements WriteListener, AsyncListener {

    /** The headers that keep caches from storing an answer, and proxies such as nginx from holding it back. */
    public static final Map<String, String> HEADERS = Map.of("Cache-Control", "no-store", "X-Accel-Buffering", "no");

    /** The content of an answer. All methods are called under the lock. */
    public interface Source {

        /** Returns the next bytes to be written, which nobody changes any more; null if there are none now. */
        byte @Nullable [] next();

        /**
         * Notes that bytes of the last piece have been written.
         *
         * @param whole whether the piece is complete
         */
        void written(int bytes, boolean whole);

        /** Notes that the client has taken all that was written. Returns whether there may be more to write now. */
        default boolean taken() {
            return false;
        }

        /** Notes that the answer is complete, has been broken off, or has lost its client. Called once. */
        void ended();
    }

    private final AsyncContext async;
    private final ServletOutputStream out;
    private final Source source;
    private final int chunkBytes;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile long movedAtNanos = System.nanoTime();

    // Guarded by the lock.
    private byte @Nullable [] piece;
    private int offset;

    /** Whether Tomcat has called {@link #onWritePossible}: before that, writing would block. */
    private boolean open;

    private boolean writing;

    /** Whether the connection took no more when there was something to write. */
    private boolean blocked;

    private boolean unflushed;
    private boolean last;
    private boolean ended;

    /**
     * Makes a writer that listens to the request. It writes nothing before it also listens to the output.
     *
     * @param async as {@link AsyncAnswers#start} returns it
     * @param chunkBytes the most that Tomcat is given at once, and then holds until the client takes it
     */
    public AsyncWriter(AsyncContext async, ServletOutputStream out, Source source, int chunkBytes) {
        this.async = async;
        this.out = out;
        this.source = source;
        this.chunkBytes = chunkBytes;
        async.addListener(this);
    }

    /** Changes the source, and writes what it has. */
    public void update(Runnable change) {
        lock.lock();
        try {
            change.run();
            if (open && !writing) { // else the thread that writes sees to it
                advance();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Reads from the source, under the lock. */
    public <T> T look(Supplier<T> reading) {
        lock.lock();
        try {
            return reading.get();
        } finally {
            lock.unlock();
        }
    }

    /** Changes the source without writing, unless a thread is using it just now. */
    public void updateIfFree(Runnable change) {
        if (lock.tryLock()) {
            try {
                if (!writing) {
                    change.run();
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /** Returns when the client last took something, or {@link #touch} was called, by {@link System#nanoTime}. */
    public long movedAtNanos() {
        return movedAtNanos;
    }

    /** Notes that the client has had nothing to take until now. */
    public void touch() {
        movedAtNanos = System.nanoTime();
    }

    // These are for what runs under the lock.

    /** Sends the headers, even if there is nothing else to send. */
    public void flush() {
        unflushed = true;
    }

    /** Completes the answer when the source has nothing more. */
    public void end() {
        last = true;
    }

    public boolean isLast() {
        return last;
    }

    public boolean hasEnded() {
        return ended;
    }

    /** Returns whether all that the source has given is written, and the client takes more. */
    public boolean takesMore() {
        return !ended && !blocked && piece == null;
    }

    /** Ends the answer together with its connection, unless it has ended. May be called without the lock, too. */
    public void breakOff() {
        lock.lock();
        try {
            if (!ended) {
                finish();
                AsyncAnswers.breakOff(async.getRequest());
            }
        } catch (IllegalStateException completed) {
            // as it should be
        } finally {
            lock.unlock();
        }
    }

    /** Writes as much as the output takes. If that is not all, Tomcat calls again when the output is ready. */
    private void advance() {
        writing = true;
        try {
            boolean more = true;
            while (more && !ended) {
                blocked = !out.isReady();
                more = !blocked && step();
            }
        } catch (IOException | IllegalStateException gone) {
            breakOff();
        } finally {
            writing = false;
        }
    }

    /** Returns whether there may be more to do. */
    private boolean step() throws IOException {
        if (piece == null) {
            piece = source.next();
            offset = 0;
        }
        if (piece != null) {
            write(piece);
        } else if (last) {
            complete();
        } else if (unflushed) {
            unflushed = false;
            out.flush();
        } else {
            return source.taken();
        }
        return true;
    }

    private void write(byte[] bytes) throws IOException {
        int from = offset;
        int length = Math.min(chunkBytes, bytes.length - from);
        offset += length;
        boolean whole = offset == bytes.length;
        if (whole) {
            piece = null; // Tomcat has a copy of what it cannot send
        }
        unflushed = true;
        out.write(bytes, from, length);
        movedAtNanos = System.nanoTime(); // Tomcat takes a chunk when it has written the one before
        source.written(length, whole);
    }

    private void finish() {
        if (!ended) {
            ended = true;
            piece = null;
            source.ended();
        }
    }

    /** Completes the request, even if that has been done: Tomcat would make an error page otherwise. */
    private void complete() {
        finish();
        try {
            async.complete();
        } catch (IllegalStateException completed) {
            // as it should be
        }
    }

    /** Tomcat calls this when it has written what it was given. */
    @Override
    public void onWritePossible() {
        update(() -> {
            open = true;
            touch();
        });
    }

    /** The client has gone, or takes nothing. */
    @Override
    public void onError(Throwable problem) {
        update(this::complete);
    }

    @Override
    public void onError(AsyncEvent event) {
        update(this::complete);
    }

    @Override
    public void onTimeout(AsyncEvent event) {
        update(this::complete);
    }

    @Override
    public void onComplete(AsyncEvent event) {
        update(this::finish);
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
        // is not begun again
    }
}
