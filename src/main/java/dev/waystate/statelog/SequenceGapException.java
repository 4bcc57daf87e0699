package dev.waystate.statelog;

/** A batch begins after the sequence that its source has to append next; it was not stored. */
public class SequenceGapException extends RuntimeException {

    private final long expected;

    public SequenceGapException(String source, long expected, long actual) {
        super("Expected the reports of " + source + " from sequence " + expected + " on, but the first has " + actual);
        this.expected = expected;
    }

    /** Returns the sequence to append next. */
    public long expected() {
        return expected;
    }
}
