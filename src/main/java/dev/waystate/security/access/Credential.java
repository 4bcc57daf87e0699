package dev.waystate.security.access;

import java.time.Instant;

/** The proof of who a caller is. It may cease to be valid. */
public interface Credential {

    Caller caller();

    /** Returns whether it is valid at a time. Does not block. */
    boolean isValidAt(Instant now);
}
