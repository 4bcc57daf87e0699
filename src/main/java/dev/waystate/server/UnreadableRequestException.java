package dev.waystate.server;

/** The bytes of a request are no message of its type. */
class UnreadableRequestException extends RuntimeException {

    UnreadableRequestException(RuntimeException problem) {
        super(problem.getCause() == null ? problem : problem.getCause());
    }
}
