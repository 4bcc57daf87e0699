package dev.waystate.security.access;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Verifies tokens that somebody else issues. None of its methods blocks. */
public interface TokenVerifier {

    /** Returns whether such tokens are credentials here. */
    boolean isOn();

    /** Returns the credential that a token has been found to be before, though it may have expired since. */
    Optional<Credential> known(TokenHash token);

    /**
     * Returns the credential that a token is, later; exceptionally an {@link AuthenticationException} if it is not valid.
     *
     * @param network where it comes from: networks share what can be verified at once
     */
    CompletableFuture<Credential> verify(String token, Object network);
}
