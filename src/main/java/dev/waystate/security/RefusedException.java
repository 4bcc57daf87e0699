package dev.waystate.security;

/** A call has no credential that holds. */
class RefusedException extends Exception {

    private final Refusal refusal;

    RefusedException(Refusal refusal) {
        super(refusal.tag(), null, false, false); // whoever is refused should not cost a stack trace
        this.refusal = refusal;
    }

    Refusal refusal() {
        return refusal;
    }
}
