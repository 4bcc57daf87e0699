package dev.waystate.statelog;

/** Retention has removed records after the position. */
public class PrunedPositionException extends RuntimeException {

    private final long earliest;

    public PrunedPositionException(long afterPositionExclusive, long earliest) {
        super("Expected a position from " + (earliest - 1) + " on, but it is " + afterPositionExclusive
                + ": retention has removed the records before " + earliest);
        this.earliest = earliest;
    }

    /** Returns the earliest position that is left. */
    public long earliest() {
        return earliest;
    }
}
