package dev.waystate.security.jwt;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSecurityContextJWKSet;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.BadJWSException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWKSecurityContext;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jwt.JWT;
import com.nimbusds.jwt.JWTParser;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import dev.waystate.security.access.AuthenticationException;
import dev.waystate.security.access.Credential;
import dev.waystate.security.access.DenialReason;
import dev.waystate.security.access.TokenHash;
import dev.waystate.security.access.TokenVerifier;
import dev.waystate.server.lifecycle.Scheduler;
import dev.waystate.server.telemetry.OutgoingTraces;
import jakarta.annotation.PreDestroy;
import java.text.ParseException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * Verifies JSON web tokens of one issuer, each once while the issuer's keys stay the same: a signature takes up to a
 * millisecond, on Java 17 and with elliptic curves. That is why one thread does it, and not the transport's: whoever
 * floods the server with false tokens keeps that thread busy, and nobody who has been verified before.
 */
@Component
class JwtVerifier implements TokenVerifier {

    /** In this time the keys are fetched twice at most, however many tokens name keys that are not at hand. */
    private static final Duration MIN_FETCH_INTERVAL = Duration.ofSeconds(10);

    /** How many tokens may wait to be verified. Half of them when they are all from one network. */
    static final int MAX_WAITING = 2_000;

    /** How many verified tokens are remembered. */
    private static final int MAX_VERIFIED = 10_000;

    private final Cache<TokenHash, Verified> verified =
            Caffeine.newBuilder().maximumSize(MAX_VERIFIED).build();
    private final WaitingPlaces waiting = new WaitingPlaces(MAX_WAITING);
    private final ExecutorService verifications =
            Executors.newSingleThreadExecutor(task -> new Thread(task, "jwt-verifications"));
    private final DefaultJWTProcessor<JWKSecurityContext> signatures = new DefaultJWTProcessor<>();
    private final @Nullable IssuerKeys keys;
    private final Set<JWSAlgorithm> algorithms;
    private final JwtClaims claims;

    @Autowired
    JwtVerifier(JwtProperties properties, Scheduler scheduler, OutgoingTraces traces) {
        this(properties, MIN_FETCH_INTERVAL, scheduler, traces);
    }

    JwtVerifier(JwtProperties properties, Duration minFetchInterval, Scheduler scheduler, OutgoingTraces traces) {
        algorithms = properties.algorithms().stream().map(JWSAlgorithm::parse).collect(Collectors.toSet());
        claims = new JwtClaims(properties);
        signatures.setJWSTypeVerifier(
                new DefaultJOSEObjectTypeVerifier<>(JOSEObjectType.JWT, new JOSEObjectType("at+jwt"), null));
        signatures.setJWSKeySelector(new JWSVerificationKeySelector<>(algorithms, new JWKSecurityContextJWKSet()));
        signatures.setJWTClaimsSetVerifier(null); // they have been verified by then
        keys = properties
                .location()
                .map(location ->
                        new IssuerKeys(location, properties.jwksRefreshInterval(), minFetchInterval, scheduler, traces))
                .orElse(null);
    }

    @Override
    public boolean isOn() {
        return keys != null;
    }

    @Override
    public Optional<Credential> known(TokenHash token) {
        Verified before = verified.getIfPresent(token);
        return before != null && keys != null && keys.areCurrent(before.keys)
                ? Optional.of(before.credential)
                : Optional.empty();
    }

    @Override
    public CompletableFuture<Credential> verify(String token, Object network) {
        if (keys == null) {
            return refused(DenialReason.UNKNOWN_TOKEN);
        }
        if (!waiting.enter(network)) {
            return refused(DenialReason.BUSY);
        }
        return CompletableFuture.completedFuture(keys)
                .thenComposeAsync(issuers -> verifyWith(issuers, token), verifications)
                .whenComplete((credential, refused) -> waiting.leave(network));
    }

    /** Verifies the claims first: they take less time, and what they rule out needs no keys. */
    private CompletableFuture<Credential> verifyWith(IssuerKeys keys, String token) {
        try {
            SignedJWT jwt = signed(JWTParser.parse(token));
            Credential credential = claims.toCredential(jwt.getJWTClaimsSet());
            Optional<JWKSet> atHand = keys.atHand();
            if (atHand.isEmpty()) {
                return refused(DenialReason.NO_KEYS);
            }
            if (hasKey(atHand.get(), jwt)) {
                return checkSignature(token, jwt, credential, atHand.get());
            }
            return keys.fetchedAfter(atHand.get())
                    .thenComposeAsync(
                            fetched -> fetched.filter(now -> hasKey(now, jwt)).isPresent()
                                    ? checkSignature(token, jwt, credential, fetched.get())
                                    : refused(DenialReason.UNKNOWN_KEY),
                            verifications);
        } catch (AuthenticationException refused) {
            return CompletableFuture.failedFuture(refused);
        } catch (ParseException | RuntimeException malformed) {
            return refused(DenialReason.MALFORMED);
        }
    }

    private CompletableFuture<Credential> checkSignature(
            String token, SignedJWT jwt, Credential credential, JWKSet keys) {
        try {
            signatures.process(jwt, new JWKSecurityContext(keys.getKeys()));
            verified.put(TokenHash.of(token), new Verified(credential, keys));
            return CompletableFuture.completedFuture(credential);
        } catch (BadJWSException wrongSignature) {
            return refused(DenialReason.WRONG_SIGNATURE);
        } catch (BadJOSEException | JOSEException | RuntimeException malformed) {
            return refused(DenialReason.MALFORMED);
        }
    }

    private static CompletableFuture<Credential> refused(DenialReason reason) {
        return CompletableFuture.failedFuture(new AuthenticationException(reason));
    }

    private SignedJWT signed(JWT jwt) throws AuthenticationException {
        if (jwt instanceof SignedJWT signed
                && algorithms.contains(signed.getHeader().getAlgorithm())) {
            return signed;
        }
        throw new AuthenticationException(DenialReason.WRONG_ALGORITHM);
    }

    private static boolean hasKey(JWKSet keys, SignedJWT jwt) {
        return !new JWKSelector(JWKMatcher.forJWSHeader(jwt.getHeader()))
                .select(keys)
                .isEmpty();
    }

    @PreDestroy
    void close() {
        verifications.shutdownNow();
        if (keys != null) {
            keys.close();
        }
    }

    /** A token that has been verified with these keys. */
    private record Verified(Credential credential, JWKSet keys) {}
}
