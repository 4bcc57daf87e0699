package dev.waystate.statelog;

import org.jspecify.annotations.Nullable;

/**
 * The log is closed or has failed, or another process holds its file. Unless the message says that nothing was stored, it
 * is not known whether the batch was.
 */
public class LogUnavailableException extends RuntimeException {

    public LogUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
