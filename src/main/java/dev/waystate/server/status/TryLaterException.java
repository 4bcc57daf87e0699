package dev.waystate.server.status;

import java.time.Duration;

/** There is no room for a call now; its client is told when to try again. */
public class TryLaterException extends RuntimeException {

    private final Duration retryDelay;

    /**
     * @param message says what there is too much of
     * @param retryDelay how long the client should wait
     */
    public TryLaterException(String message, Duration retryDelay) {
        super(message, null, false, false); // without a stack trace, since it is thrown often
        this.retryDelay = retryDelay;
    }

    /** Returns how long the client should wait. */
    public Duration retryDelay() {
        return retryDelay;
    }
}
