package dev.waystate.statelog.kafka;

/** The broker that was asked knows no such topic. */
final class MissingTopicException extends UnusableTopicException {

    MissingTopicException(String message) {
        super(message);
    }
}
