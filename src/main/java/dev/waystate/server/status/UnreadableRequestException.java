package dev.waystate.server.status;

/** The bytes of a request are no message of its type. */
public class UnreadableRequestException extends RuntimeException {

    /**
     * @param method the full name of the method that was called
     * @param problem what the parser says, for the log
     */
    public UnreadableRequestException(String method, Exception problem) {
        super(
                "The request is not a message of the type that " + method + " takes",
                problem.getCause() == null ? problem : problem.getCause());
    }
}
