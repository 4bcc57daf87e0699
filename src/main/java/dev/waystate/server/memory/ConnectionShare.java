package dev.waystate.server.memory;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The bytes of a budget that one connection holds. It may hold a part of what the others leave free, so that there is
 * always room for another one.
 */
public final class ConnectionShare {

    private static final int PART_OF_FREE = 4;

    /** A connection may hold this much, whatever the others hold. */
    private static final long LEAST_BYTES = 64 * 1024;

    private final MemoryBudget budget;
    private final AtomicLong held = new AtomicLong();

    public ConnectionShare(MemoryBudget budget) {
        this.budget = budget;
    }

    /** Counts bytes that are taken or, below zero, free again. Returns how many the connection holds then. */
    public long count(long change) {
        long now = held.addAndGet(change);
        if (change < 0) {
            budget.release(-change);
        } else {
            budget.hold(change);
        }
        return now;
    }

    /** Returns how many bytes the connection may hold. */
    long most() {
        return Math.max(LEAST_BYTES, (budget.limit() - budget.held() + held.get()) / PART_OF_FREE);
    }

    /** Returns how many bytes more the connection may hold; below zero if it holds too many. */
    public long room() {
        return most() - held.get();
    }

    /**
     * Returns whether the connection may take on nothing new: all together hold more than they may, and this one more
     * than its share, or all together twice as much.
     */
    public boolean isFull() {
        long excess = budget.held() - budget.limit();
        return excess > 0 && (room() < 0 || excess > budget.limit());
    }

    /**
     * Counts bytes that are about to be taken: half of the room, so that there is some for the next call, but
     * {@code least} to {@code most}. If there is less room than the least, it counts none. Returns how many it has
     * counted.
     */
    public synchronized int reserve(int least, int most) {
        long room = room();
        if (room < least) {
            return 0;
        }
        int bytes = (int) Math.min(most, Math.max(least, room / 2));
        count(bytes);
        return bytes;
    }
}
