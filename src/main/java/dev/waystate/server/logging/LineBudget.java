package dev.waystate.server.logging;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Allows the first few lines of each second. Does not block for long. */
public final class LineBudget {

    private final int linesPerSecond;
    private final AtomicInteger lines = new AtomicInteger();
    private volatile long second = Long.MIN_VALUE;

    public LineBudget(int linesPerSecond) {
        this.linesPerSecond = linesPerSecond;
    }

    /** @param nanos the time, by {@link System#nanoTime} */
    public boolean allowsAt(long nanos) {
        long now = Math.floorDiv(nanos, TimeUnit.SECONDS.toNanos(1));
        if (now > second) {
            beginSecond(now);
        }
        return lines.get() < linesPerSecond && lines.incrementAndGet() <= linesPerSecond;
    }

    private synchronized void beginSecond(long now) {
        if (now > second) {
            lines.set(0);
            second = now;
        }
    }
}
