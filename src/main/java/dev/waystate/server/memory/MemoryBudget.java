package dev.waystate.server.memory;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Counts the bytes that calls hold of one part of the server's memory. Nothing is refused here: holders count what they
 * take, and those that can wait ask for room first. So more than the limit may be held for a moment. Nothing here
 * blocks.
 */
public final class MemoryBudget {

    private final long limit;
    private final AtomicLong held = new AtomicLong();
    private volatile Runnable onExceeded = () -> {};

    /** Guarded by itself. */
    private final Set<Runnable> waiting = new LinkedHashSet<>();

    /** Whether actions may be waiting. Each release looks at this, and need not lock. */
    private volatile boolean someWait;

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

    /** Sets the action that runs each time bytes beyond the limit are taken, on the thread that takes them. */
    public void onExceeded(Runnable action) {
        onExceeded = action;
    }

    /** Counts bytes that are taken. */
    public void hold(long bytes) {
        if (held.addAndGet(bytes) > limit) {
            onExceeded.run();
        }
    }

    /** Counts bytes that are free again, and runs the actions that wait for room: the caller may hold no lock. */
    public void release(long bytes) {
        held.addAndGet(-bytes);
        if (someWait) {
            runWaiting();
        }
    }

    /**
     * Runs the action once: now if there is room, else on the thread that releases enough, unless {@link #forget} comes
     * first.
     */
    public void whenRoom(Runnable action) {
        if (hasRoom()) {
            action.run();
        } else {
            synchronized (waiting) {
                waiting.add(action);
                someWait = true;
            }
            runWaiting(); // in case the last bytes were released in between
        }
    }

    /** Forgets an action that may be waiting. */
    public void forget(Runnable action) {
        if (someWait) {
            synchronized (waiting) {
                waiting.remove(action);
            }
        }
    }

    /** Runs all that wait: if it ran only one, and that one took nothing, the others would wait on. */
    private void runWaiting() {
        Runnable action;
        while (hasRoom() && (action = nextWaiting()) != null) {
            action.run();
        }
    }

    private @Nullable Runnable nextWaiting() {
        synchronized (waiting) {
            Iterator<Runnable> all = waiting.iterator();
            if (!all.hasNext()) {
                someWait = false;
                return null;
            }
            Runnable next = all.next();
            all.remove();
            return next;
        }
    }

    private boolean hasRoom() {
        return held.get() < limit;
    }
}
