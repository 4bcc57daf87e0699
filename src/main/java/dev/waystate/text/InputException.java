package dev.waystate.text;

import org.jspecify.annotations.Nullable;

/** What the user gave is not what was expected; the message is for the user, and ends in wrong usage. */
public class InputException extends RuntimeException {

    public InputException(String message) {
        this(message, null);
    }

    public InputException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
