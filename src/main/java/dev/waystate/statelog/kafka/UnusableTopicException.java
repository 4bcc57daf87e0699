package dev.waystate.statelog.kafka;

/** The topic cannot be the log of this view. The message says what is wrong, and what to do. */
class UnusableTopicException extends RuntimeException {

    UnusableTopicException(String message) {
        super(message);
    }
}
