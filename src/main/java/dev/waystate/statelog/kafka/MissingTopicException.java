package dev.waystate.statelog.kafka;

/** The broker that was asked does not know the topic. */
final class MissingTopicException extends UnusableTopicException {

    MissingTopicException(String message) {
        super(message);
    }
}
