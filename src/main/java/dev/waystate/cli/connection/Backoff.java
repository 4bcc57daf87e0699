package dev.waystate.cli.connection;

import java.time.Duration;
import java.util.function.DoubleSupplier;

/**
 * Growing pauses between attempts, from 100 ms to 5 s. Each is shortened at random by up to a half, so that clients that
 * were cut off together do not come back together.
 */
public final class Backoff {

    private static final Duration FIRST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofSeconds(5);

    private final DoubleSupplier random;
    private Duration next = FIRST;

    /** @param random numbers from 0 to below 1 */
    public Backoff(DoubleSupplier random) {
        this.random = random;
    }

    /** Returns how long to pause before the next attempt. */
    Duration next() {
        Duration pause = next;
        Duration doubled = next.multipliedBy(2);
        next = doubled.compareTo(LONGEST) < 0 ? doubled : LONGEST;
        return Duration.ofNanos((long) (pause.toNanos() * (1 - random.getAsDouble() / 2)));
    }

    /** Begins with the shortest pause again. */
    void reset() {
        next = FIRST;
    }
}
