package dev.waystate.server.status;

/** A field of a request does not hold what was expected; the client is told which and what. */
public class InvalidRequestException extends RuntimeException {

    private final String field;

    /**
     * @param field the path of the field, as in {@code reports[3].info}
     * @param expectation what was expected and what came, without the value itself where it may be long or hostile
     */
    public InvalidRequestException(String field, String expectation) {
        super(field + ": " + expectation);
        this.field = field;
    }

    /** Returns the path of the field. */
    public String field() {
        return field;
    }
}
