package dev.waystate.text;

import org.jspecify.annotations.Nullable;

/** The input is not what was expected. The message is for the user; a command ends with the exit code of wrong usage. */
public class InputException extends RuntimeException {

    public InputException(String message) {
        this(message, null);
    }

    public InputException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
