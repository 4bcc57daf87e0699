package dev.waystate.statelog;

import org.jspecify.annotations.Nullable;

/**
 * The log is closed or has failed, another process holds its file, or a replica is not part of it now. Whether a batch
 * was stored is not known then. The caller need not know: a numbered batch can be appended again. If nothing was stored, the
 * message, which is for people, says so.
 */
public class LogUnavailableException extends RuntimeException {

    public LogUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
