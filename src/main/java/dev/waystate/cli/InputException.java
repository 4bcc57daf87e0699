package dev.waystate.cli;

import org.jspecify.annotations.Nullable;

/** What the user gave is not what was expected; the message is for the user, and ends in wrong usage. */
final class InputException extends RuntimeException {

    InputException(String message) {
        this(message, null);
    }

    InputException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
