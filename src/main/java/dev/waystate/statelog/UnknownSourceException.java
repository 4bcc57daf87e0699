package dev.waystate.statelog;

/** The source has never reported. */
public class UnknownSourceException extends RuntimeException {

    public UnknownSourceException(String source) {
        super("No source \"" + source + "\" has reported");
    }
}
