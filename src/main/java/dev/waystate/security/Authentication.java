package dev.waystate.security;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.Metadata;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.springframework.stereotype.Component;

/** Finds out who makes a call: by its bearer token or, if it has none, by the client certificate of its connection. */
@Component
class Authentication {

    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    private static final String BEARER = "Bearer ";

    private final Callers callers;
    private final JwtVerifier jwts;

    Authentication(Callers callers, JwtVerifier jwts) {
        this.callers = callers;
        this.jwts = jwts;
    }

    /** Whether callers have to have credentials. */
    boolean isOn() {
        return !callers.isEmpty() || jwts.isOn();
    }

    /**
     * Returns the credential of a call, most often at once; exceptionally a {@link RefusedException} if there is none that
     * holds. Does not block.
     */
    CompletableFuture<Credential> authenticate(Attributes transport, Metadata headers) {
        try {
            Iterable<String> authorizations = headers.getAll(AUTHORIZATION);
            return authorizations == null
                    ? CompletableFuture.completedFuture(byCertificate(transport))
                    : byToken(bearer(authorizations.iterator()));
        } catch (RefusedException refused) {
            return CompletableFuture.failedFuture(refused);
        }
    }

    private Credential byCertificate(Attributes transport) throws RefusedException {
        Optional<ClientCertificate> certificate = ClientCertificate.of(transport.get(Grpc.TRANSPORT_ATTR_SSL_SESSION));
        if (certificate.isEmpty()) {
            throw new RefusedException(Refusal.NO_CREDENTIAL);
        }
        return callers.withCertificate(certificate.get())
                .orElseThrow(() -> new RefusedException(Refusal.UNKNOWN_CERTIFICATE));
    }

    private CompletableFuture<Credential> byToken(String token) throws RefusedException {
        Optional<Credential> known = callers.withToken(token);
        if (known.isPresent()) {
            return CompletableFuture.completedFuture(known.get());
        }
        if (!jwts.isOn() || token.indexOf('.') < 0) {
            throw new RefusedException(Refusal.UNKNOWN_TOKEN);
        }
        return jwts.verify(token);
    }

    /** Returns the token of what is to be the one authorization. */
    private static String bearer(Iterator<String> authorizations) throws RefusedException {
        String authorization = authorizations.next();
        boolean bearer = authorization.regionMatches(true, 0, BEARER, 0, BEARER.length());
        String token = bearer ? authorization.substring(BEARER.length()).strip() : "";
        if (authorizations.hasNext() || !TokenHash.isToken(token)) {
            throw new RefusedException(Refusal.MALFORMED);
        }
        return token;
    }
}
