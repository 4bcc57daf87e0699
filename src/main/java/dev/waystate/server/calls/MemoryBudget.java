package dev.waystate.server.calls;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory that the calls of the server take in one direction, in bytes. A holder counts what it takes, and nobody is
 * refused here: who may take more asks for room first, so that the limit is exceeded by what is under way at most.
 * Nothing here blocks.
 */
public final class MemoryBudget {

    private final long limit;
    private final AtomicLong held = new AtomicLong();
    private volatile Runnable onExceeded = () -> {};
    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();

    /** @param limit in bytes */
    public MemoryBudget(long limit) {
        this.limit = limit;
    }

    /** Returns how many bytes may be held. */
    public long limit() {
        return limit;
    }

    /** Returns how many bytes are held. */
    public long held() {
        return held.get();
    }

    /** Has the action run each time that more is taken while more is held than may be. It runs there, and often. */
    void onExceeded(Runnable action) {
        onExceeded = action;
    }

    /** Counts bytes that are taken from here on. */
    public void hold(long bytes) {
        if (held.addAndGet(bytes) > limit) {
            onExceeded.run();
        }
    }

    /** Counts bytes that are free again, and lets waiting actions run. They run here, so no lock may be held. */
    public void release(long bytes) {
        held.addAndGet(-bytes);
        if (!waiting.isEmpty()) {
            runWaiting();
        }
    }

    /** Runs the action once: now when there is room, else when there is, on the thread that made it. */
    public void whenRoom(Runnable action) {
        if (hasRoom()) {
            action.run();
        } else {
            waiting.add(action);
            runWaiting(); // in case the last bytes were released in between
        }
    }

    /** Lets all go on, since a stream that has nothing to send would keep the others waiting for nothing. */
    private void runWaiting() {
        Runnable action;
        while (hasRoom() && (action = waiting.poll()) != null) {
            action.run();
        }
    }

    private boolean hasRoom() {
        return held.get() < limit;
    }
}
