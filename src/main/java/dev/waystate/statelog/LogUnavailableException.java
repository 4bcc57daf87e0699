package dev.waystate.statelog;

import org.jspecify.annotations.Nullable;

/**
 * The log is closed or has failed, another process holds its file, or a replica is not part of it now. Whether a batch
 * was stored is not known then, and need not be: a numbered one can be appended again. The message, for people, says so
 * when nothing was stored.
 */
public class LogUnavailableException extends RuntimeException {

    public LogUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
