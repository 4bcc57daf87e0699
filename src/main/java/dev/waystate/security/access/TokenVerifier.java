package dev.waystate.security.access;

import java.util.concurrent.CompletableFuture;

/** Verifies tokens that somebody else issues. */
public interface TokenVerifier {

    /** Returns whether such tokens are credentials here. */
    boolean isOn();

    /**
     * Returns the credential that a token is: at once if it has been verified before, else later; exceptionally an
     * {@link AuthenticationException} if it is not valid. Does not block.
     */
    CompletableFuture<Credential> verify(String token);
}
