package dev.waystate.statelog;

/** The disk is full: the batch was not stored and may be appended again when there is room. */
public class LogFullException extends RuntimeException {

    public LogFullException(Throwable cause) {
        super("The disk is full", cause);
    }
}
