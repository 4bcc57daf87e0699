package dev.waystate.security.access;

/** A call has no valid credential. */
public class AuthenticationException extends Exception {

    private final DenialReason reason;

    public AuthenticationException(DenialReason reason) {
        super(reason.toString(), null, false, false); // a refused client should not cost a stack trace
        this.reason = reason;
    }

    public DenialReason reason() {
        return reason;
    }
}
