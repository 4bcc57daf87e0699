package dev.waystate.server.logging;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Allows a line, and the next one when a time has passed since. May be used by any thread. */
public final class LineInterval {

    private final long intervalNanos;
    private final AtomicLong nextAtNanos;

    /** @param beginNanos from when on a line is allowed, by {@link System#nanoTime} */
    public LineInterval(Duration interval, long beginNanos) {
        this.intervalNanos = interval.toNanos();
        this.nextAtNanos = new AtomicLong(beginNanos);
    }

    /** @param nanos the time, by {@link System#nanoTime} */
    public boolean allowsAt(long nanos) {
        long next = nextAtNanos.get();
        return nanos - next >= 0 && nextAtNanos.compareAndSet(next, nanos + intervalNanos);
    }
}
