package dev.waystate.security.access;

import dev.waystate.server.limits.ClientRate;
import dev.waystate.server.status.TryLaterException;
import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.Metadata;
import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Finds out who makes a call: by its bearer token or, if it has none, by the client certificate of its connection. A
 * network that has presented too many wrong credentials has to wait before another one is examined. Credentials that
 * are known to be right are let through even then.
 */
@Component
public class Authenticator {

    static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    private static final String BEARER = "Bearer ";

    private final ConfiguredCallers callers;
    private final TokenVerifier issued;
    private final ClientRate refusedRate;

    Authenticator(ConfiguredCallers callers, TokenVerifier issued, AccessProperties properties) {
        this.callers = callers;
        this.issued = issued;
        this.refusedRate = new ClientRate(properties.refusedRate(), properties.refusedBurst());
    }

    /** Returns whether callers need credentials. */
    public boolean isOn() {
        return !callers.isEmpty() || issued.isOn();
    }

    /**
     * Returns the credential of a call, which may have expired. Most often it is known at once. The stage completes
     * exceptionally with an {@link AuthenticationException} if there is none, or with a {@link TryLaterException}. Does
     * not block.
     */
    CompletableFuture<Credential> authenticate(Attributes connection, Metadata headers) {
        Iterable<String> authorizations = headers.getAll(AUTHORIZATION);
        return authorizations == null
                ? byCertificate(connection)
                : bearer(authorizations.iterator())
                        .map(token -> byToken(token, connection))
                        .orElseGet(() -> examine(connection, network -> refused(DenialReason.MALFORMED)));
    }

    private CompletableFuture<Credential> byCertificate(Attributes connection) {
        Optional<ClientCertificate> certificate = ClientCertificate.of(connection.get(Grpc.TRANSPORT_ATTR_SSL_SESSION));
        if (certificate.isEmpty()) {
            return refused(DenialReason.NO_CREDENTIAL);
        }
        return callers.withCertificate(certificate.get())
                .map(CompletableFuture::completedFuture)
                .orElseGet(() -> examine(connection, network -> refused(DenialReason.UNKNOWN_CERTIFICATE)));
    }

    private CompletableFuture<Credential> byToken(String token, Attributes connection) {
        TokenHash hash = TokenHash.of(token);
        return callers.withToken(hash)
                .or(() -> issued.known(hash))
                .map(CompletableFuture::completedFuture)
                .orElseGet(() -> examine(
                        connection,
                        network -> issued.isOn() && token.indexOf('.') >= 0
                                ? issued.verify(token, network)
                                : refused(DenialReason.UNKNOWN_TOKEN)));
    }

    /**
     * Counts a credential as wrong until it turns out to be right. So the rate also bounds how many are examined at
     * once.
     */
    private CompletableFuture<Credential> examine(
            Attributes connection, Function<Object, CompletableFuture<Credential>> examination) {
        Object network = ClientRate.network(connection);
        Duration delay = refusedRate.take(network);
        if (!delay.isZero()) {
            return CompletableFuture.failedFuture(
                    new TryLaterException("Too many credentials from this network were wrong: try again later", delay));
        }
        return examination.apply(network).whenComplete((credential, failure) -> {
            if (!isWrongCredential(failure)) {
                refusedRate.giveBack(network);
            }
        });
    }

    private static boolean isWrongCredential(@Nullable Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof AuthenticationException refused
                && refused.reason().isFaultOfCredential();
    }

    private static CompletableFuture<Credential> refused(DenialReason reason) {
        return CompletableFuture.failedFuture(new AuthenticationException(reason));
    }

    /** Returns the token, if there is one authorization, and it is a bearer token. */
    private static Optional<String> bearer(Iterator<String> authorizations) {
        String authorization = authorizations.next();
        boolean bearer = authorization.regionMatches(true, 0, BEARER, 0, BEARER.length());
        String token = bearer ? authorization.substring(BEARER.length()).strip() : "";
        return authorizations.hasNext() || !TokenHash.isToken(token) ? Optional.empty() : Optional.of(token);
    }
}
