package dev.waystate.server;

/** The configuration is wrong, and the server does not start. */
public class ConfigurationException extends RuntimeException {

    /**
     * @param key the property
     * @param expectation what was expected, and what was found
     */
    public ConfigurationException(String key, String expectation) {
        super(key + ": " + expectation);
    }
}
