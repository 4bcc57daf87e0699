package dev.waystate.security.access;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.Metadata;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.springframework.stereotype.Component;

/** Finds out who makes a call: by its bearer token or, if it has none, by the client certificate of its connection. */
@Component
class Authenticator {

    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    private static final String BEARER = "Bearer ";

    private final ConfiguredCallers callers;
    private final TokenVerifier issued;

    Authenticator(ConfiguredCallers callers, TokenVerifier issued) {
        this.callers = callers;
        this.issued = issued;
    }

    /** Returns whether callers need credentials. */
    boolean isOn() {
        return !callers.isEmpty() || issued.isOn();
    }

    /**
     * Returns the credential of a call, most often at once, which may have expired; exceptionally an
     * {@link AuthenticationException} if there is none. Does not block.
     */
    CompletableFuture<Credential> authenticate(Attributes transport, Metadata headers) {
        try {
            Iterable<String> authorizations = headers.getAll(AUTHORIZATION);
            return authorizations == null
                    ? CompletableFuture.completedFuture(byCertificate(transport))
                    : byToken(bearer(authorizations.iterator()), transport);
        } catch (AuthenticationException refused) {
            return CompletableFuture.failedFuture(refused);
        }
    }

    private Credential byCertificate(Attributes transport) throws AuthenticationException {
        Optional<ClientCertificate> certificate = ClientCertificate.of(transport.get(Grpc.TRANSPORT_ATTR_SSL_SESSION));
        if (certificate.isEmpty()) {
            throw new AuthenticationException(DenialReason.NO_CREDENTIAL);
        }
        return callers.withCertificate(certificate.get())
                .orElseThrow(() -> new AuthenticationException(DenialReason.UNKNOWN_CERTIFICATE));
    }

    private CompletableFuture<Credential> byToken(String token, Attributes transport) throws AuthenticationException {
        TokenHash hash = TokenHash.of(token);
        Optional<Credential> known = callers.withToken(hash).or(() -> issued.known(hash));
        if (known.isPresent()) {
            return CompletableFuture.completedFuture(known.get());
        }
        if (!issued.isOn() || token.indexOf('.') < 0) {
            throw new AuthenticationException(DenialReason.UNKNOWN_TOKEN);
        }
        return issued.verify(token, transport.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
    }

    /** Returns the token of what is to be the one authorization. */
    private static String bearer(Iterator<String> authorizations) throws AuthenticationException {
        String authorization = authorizations.next();
        boolean bearer = authorization.regionMatches(true, 0, BEARER, 0, BEARER.length());
        String token = bearer ? authorization.substring(BEARER.length()).strip() : "";
        if (authorizations.hasNext() || !TokenHash.isToken(token)) {
            throw new AuthenticationException(DenialReason.MALFORMED);
        }
        return token;
    }
}
