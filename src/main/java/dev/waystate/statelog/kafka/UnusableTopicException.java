package dev.waystate.statelog.kafka;

/** A topic cannot hold the log, or is not the one that this replica knows. The message says what to do. */
public class UnusableTopicException extends RuntimeException {

    UnusableTopicException(String message) {
        super(message);
    }
}
