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
 * Writes an answer as its client takes it, on whatever thread there is something to write, and never waits: a client
 * that does not read holds no thread. What it does not take for {@code waystate.limits.reader-stall-timeout} is given up.
 *
 * <p>One lock guards the writer and its source. What runs under it must not block.
 */
public final class AsyncWriter implements WriteListener, AsyncListener {

    /** The headers that have caches keep nothing of an answer, and proxies such as nginx pass on what there is of it. */
    public static final Map<String, String> HEADERS = Map.of("Cache-Control", "no-store", "X-Accel-Buffering", "no");

    /** What an answer is made of. All is called under the lock. */
    public interface Source {

        /** Returns what is to be written next; null when there is nothing now. Nobody changes it any more. */
        byte @Nullable [] next();

        /**
         * Bytes have been written of what came last.
         *
         * @param whole whether all of it has
         */
        void written(int bytes, boolean whole);

        /** The client has taken all that was written. Returns whether there may be more now. */
        default boolean taken() {
            return false;
        }

        /** The answer is complete, has been broken off, or its client has gone. Called once. */
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
     * Becomes the listener of the request. Nothing is written before it is that of the output, too.
     *
     * @param async as {@link AsyncAnswers#start} returns it
     * @param chunkBytes how much Tomcat is given at once, and then holds until the client takes it
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
            if (open && !writing) { // else whoever writes sees to it
                advance();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Looks at the source. */
    public <T> T look(Supplier<T> reading) {
        lock.lock();
        try {
            return reading.get();
        } finally {
            lock.unlock();
        }
    }

    /** Changes the source, unless somebody is at work with it just now. Nothing is written. */
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

    /** Returns when the client has taken something for the last time, or {@link #touch} was called. */
    public long movedAtNanos() {
        return movedAtNanos;
    }

    /** Says that the client has nothing to take until now. */
    public void touch() {
        movedAtNanos = System.nanoTime();
    }

    // These are for what runs under the lock.

    /** Has the headers sent, if there is nothing else. */
    public void flush() {
        unflushed = true;
    }

    /** Says that the answer is complete when the source has nothing more. */
    public void end() {
        last = true;
    }

    public boolean isLast() {
        return last;
    }

    public boolean hasEnded() {
        return ended;
    }

    /** Returns whether all is written that the source has given, and the client takes more. */
    public boolean takesMore() {
        return !ended && !blocked && piece == null;
    }

    /** Ends the answer with its connection, unless it has ended. May be called without the lock, too. */
    public void breakOff() {
        lock.lock();
        try {
            if (!ended) {
                AsyncAnswers.breakOff(async.getRequest());
                complete(); // or Tomcat would forget to, where one of its threads was about to write
            }
        } finally {
            lock.unlock();
        }
    }

    /** Does what can be done. Where the output is not ready, Tomcat calls again. */
    private void advance() {
        writing = true;
        try {
            boolean more = true;
            while (more && !ended) {
                blocked = !out.isReady();
                more = !blocked && step();
            }
        } catch (IOException | IllegalStateException gone) {
            complete();
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

    /** Completes the request, if only once more: else Tomcat would make an error page. */
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
