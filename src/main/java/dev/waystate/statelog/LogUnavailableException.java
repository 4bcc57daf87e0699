package dev.waystate.statelog;

import org.jspecify.annotations.Nullable;

/** The log is closed or has failed: it is not known whether the batch was stored. */
public class LogUnavailableException extends RuntimeException {

    public LogUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
