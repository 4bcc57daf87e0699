package dev.waystate.security.access;

/** A call has no credential that holds. */
public class AuthenticationException extends Exception {

    private final DenialReason reason;

    public AuthenticationException(DenialReason reason) {
        super(reason.toString(), null, false, false); // whoever is refused should not cost a stack trace
        this.reason = reason;
    }

    public DenialReason reason() {
        return reason;
    }
}
