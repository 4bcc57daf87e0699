package dev.waystate.statelog;

/**
 * The position is above the newest record. It is of another log, or of this one before it was restored, or this replica
 * is behind.
 */
public class PositionBeyondHeadException extends RuntimeException {

    private final long head;

    public PositionBeyondHeadException(long position, long head) {
        super("Expected a position up to the head " + head + ", but it is " + position);
        this.head = head;
    }

    /** Returns the position of the newest record. */
    public long head() {
        return head;
    }
}
