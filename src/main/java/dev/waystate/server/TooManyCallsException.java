package dev.waystate.server;

import java.time.Duration;

/** A caller makes more calls than it may; it is told when it may make the next one. */
public class TooManyCallsException extends RuntimeException {

    private final Duration retryDelay;

    /** @param retryDelay how long the caller has to wait */
    public TooManyCallsException(Duration retryDelay) {
        super(
                "More calls than one caller may make: try again later",
                null,
                false,
                false); // cheap, since it is refused often
        this.retryDelay = retryDelay;
    }

    /** Returns how long the caller has to wait. */
    public Duration retryDelay() {
        return retryDelay;
    }
}
