package dev.waystate.security.jwt;

import com.nimbusds.jose.jwk.JWK;
import dev.waystate.security.access.Caller;
import dev.waystate.security.access.Credential;
import java.time.Instant;

/**
 * A token whose signature is genuine. It is valid until it expires, and as long as the issuer has the key.
 *
 * @param claimed the credential that its claims describe
 * @param key the key that has signed it
 */
record IssuedCredential(Credential claimed, JWK key, IssuerKeys keys) implements Credential {

    @Override
    public Caller caller() {
        return claimed.caller();
    }

    @Override
    public boolean isValidAt(Instant now) {
        return claimed.isValidAt(now) && hasKey();
    }

    /** Returns whether the issuer still has the key, as far as is known. Does not block. */
    boolean hasKey() {
        return keys.have(key);
    }
}
