package dev.waystate.statelog;

/** The position lies above the newest record: it is of another log, or of one that was restored since. */
public class PositionBeyondHeadException extends RuntimeException {

    private final long head;

    public PositionBeyondHeadException(long afterPositionExclusive, long head) {
        super("Expected a position up to the head " + head + ", but it is " + afterPositionExclusive);
        this.head = head;
    }

    /** Returns the position of the newest record. */
    public long head() {
        return head;
    }
}
