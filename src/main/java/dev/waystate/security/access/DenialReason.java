package dev.waystate.security.access;

import java.util.Locale;

/** Why a call is refused: for the log and the metric, never for the caller. */
public enum DenialReason {
    NO_CREDENTIAL,
    MALFORMED,
    UNKNOWN_TOKEN,
    UNKNOWN_CERTIFICATE,
    WRONG_ALGORITHM,
    UNKNOWN_KEY,
    WRONG_SIGNATURE,
    WRONG_ISSUER,
    WRONG_AUDIENCE,
    NO_SUBJECT,
    WRONG_SUBJECT,
    NO_EXPIRY,
    INCREDIBLE_EXPIRY,
    NOT_YET_VALID,
    EXPIRED,
    TOO_MANY_REFUSED,
    NO_KEYS,
    BUSY,
    NO_PERMISSION,
    FOREIGN_SOURCE;

    /** Returns false if no credential was presented, or the server could not check it. */
    boolean isFaultOfCredential() {
        return this != NO_CREDENTIAL && this != NO_KEYS && this != BUSY;
    }

    /** Returns the reason as the metric and the log have it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
