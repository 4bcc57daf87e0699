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
    WRONG_CLAIMS,
    EXPIRED,
    NO_KEYS,
    BUSY,
    NO_PERMISSION,
    FOREIGN_SOURCE;

    String tag() {
        return name().toLowerCase(Locale.ROOT);
    }
}
