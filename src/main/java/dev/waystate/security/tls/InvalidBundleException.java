package dev.waystate.security.tls;

/** An SSL bundle has not what TLS needs. The message names the part of the bundle, and has nothing secret in it. */
class InvalidBundleException extends Exception {

    /**
     * @param part the part of the bundle, as its property is called
     * @param expectation what was expected of it, and what was found
     */
    InvalidBundleException(String part, String expectation) {
        super(part + ": " + expectation);
    }
}
