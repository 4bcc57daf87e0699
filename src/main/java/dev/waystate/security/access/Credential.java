package dev.waystate.security.access;

import java.time.Instant;

/** What proves who a caller is, for as long as it holds. */
public interface Credential {

    Caller caller();

    /** Whether it still holds. Does not block. */
    boolean isValidAt(Instant now);
}
