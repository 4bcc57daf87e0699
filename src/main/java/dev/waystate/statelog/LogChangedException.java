package dev.waystate.statelog;

/** A position is of another log, or of this one as it was before it was restored. */
public class LogChangedException extends RuntimeException {

    private final String id;
    private final long head;

    public LogChangedException(String expectedId, String id, long head) {
        super("Expected the log " + expectedId + ", but this is " + id + ", whose head is " + head
                + ": positions of the other one mean nothing here");
        this.id = id;
        this.head = head;
    }

    /** Returns the id of the log. */
    public String id() {
        return id;
    }

    /** Returns the position of its newest record. */
    public long head() {
        return head;
    }
}
