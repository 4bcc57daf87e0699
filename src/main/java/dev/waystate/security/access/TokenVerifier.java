package dev.waystate.security.access;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Verifies tokens of an issuer. None of its methods blocks. */
public interface TokenVerifier {

    /** Returns whether such tokens are credentials here. */
    boolean isOn();

    /** Returns the credential of a token that was verified before. It may have expired since. */
    Optional<Credential> known(TokenHash token);

    /**
     * Verifies a token. Completes with its credential, or exceptionally with an {@link AuthenticationException} if it
     * is not valid.
     *
     * @param network the client's network; networks share the places for tokens that wait to be verified
     */
    CompletableFuture<Credential> verify(String token, Object network);
}
