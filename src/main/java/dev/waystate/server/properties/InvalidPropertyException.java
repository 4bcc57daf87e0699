package dev.waystate.server.properties;

/** A property is wrong, or lacks one that belongs to it. The server does not start with it. */
public class InvalidPropertyException extends RuntimeException {

    /**
     * @param key the property
     * @param expectation what was expected, and what was found unless that is secret
     */
    public InvalidPropertyException(String key, String expectation) {
        super(key + ": " + expectation);
    }
}
