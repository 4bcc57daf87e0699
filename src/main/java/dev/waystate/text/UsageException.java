package dev.waystate.text;

/** The options and arguments of a command do not fit together, or one does not fit. */
public final class UsageException extends InputException {

    public UsageException(String message) {
        super(message);
    }
}
