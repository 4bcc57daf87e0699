package dev.waystate.security;

/** The configuration of TLS or of who may call is wrong or half done, and the server does not start. */
class SecurityConfigurationException extends RuntimeException {

    /**
     * @param key the property
     * @param expectation what was expected, and what was found unless that is secret
     */
    SecurityConfigurationException(String key, String expectation) {
        super(key + ": " + expectation);
    }
}
