package dev.waystate.statelog;

/**
 * The states that sources were in at a moment are not known: retention has removed them, or the log did not keep them
 * yet.
 */
public class UnknownStatesException extends RuntimeException {

    private final long first;

    /** @param asked the moment, a position or a time */
    public UnknownStatesException(Object asked, long first) {
        super("Expected a moment for which the states of the sources are known, from position " + first + " on, but "
                + asked + " is before it");
        this.first = first;
    }

    /** Returns the first position for which they are known. */
    public long first() {
        return first;
    }
}
