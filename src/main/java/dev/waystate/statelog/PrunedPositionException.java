package dev.waystate.statelog;

/** What was asked for is before what is kept. */
public class PrunedPositionException extends RuntimeException {

    private final long earliest;

    /** Retention has removed the records before the earliest one. */
    public PrunedPositionException(long afterPositionExclusive, long earliest) {
        this(
                "Expected a position from " + (earliest - 1) + " on, but it is " + afterPositionExclusive
                        + ": retention has removed the records before " + earliest,
                earliest);
    }

    /** @param message says what is not kept */
    public PrunedPositionException(String message, long earliest) {
        super(message);
        this.earliest = earliest;
    }

    /** Returns the earliest position that is left. */
    public long earliest() {
        return earliest;
    }
}
