package dev.waystate.server.status;

/** The bytes of a request are no message of its type. */
public class UnreadableRequestException extends RuntimeException {

    /** @param problem what the parser says */
    public UnreadableRequestException(RuntimeException problem) {
        super(problem.getCause() == null ? problem : problem.getCause());
    }
}
