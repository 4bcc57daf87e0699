package dev.waystate.security.access;

import java.time.Instant;

/**
 * A credential that is valid until a point in time.
 *
 * @param end the first moment at which it is not
 */
public record ExpiringCredential(Caller caller, Instant end) implements Credential {

    @Override
    public boolean isValidAt(Instant now) {
        return now.isBefore(end);
    }
}
