package dev.waystate.server.properties;

/** A property is wrong, or another one that it needs is missing. The server does not start with it. */
public class InvalidPropertyException extends RuntimeException {

    /**
     * @param key the property
     * @param expectation what was expected, and what was found unless that is secret
     */
    public InvalidPropertyException(String key, String expectation) {
        super(key + ": " + expectation);
    }
}
