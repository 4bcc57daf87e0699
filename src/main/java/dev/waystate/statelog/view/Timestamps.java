package dev.waystate.statelog.view;

import java.time.Instant;

/** Instants as the nanoseconds since 1970 that the tables hold; from the year 1678 to 2262. */
public final class Timestamps {

    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private Timestamps() {}

    public static long toNanos(Instant instant) {
        return Math.addExact(Math.multiplyExact(instant.getEpochSecond(), NANOS_PER_SECOND), instant.getNano());
    }

    public static Instant fromNanos(long nanos) {
        return Instant.ofEpochSecond(Math.floorDiv(nanos, NANOS_PER_SECOND), Math.floorMod(nanos, NANOS_PER_SECOND));
    }
}
