package dev.waystate.security.jwt;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWK;
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
import java.util.List;
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
 * Verifies JSON web tokens of one issuer. Each is verified once, as long as the issuer has its key. A signature takes
 * up to a millisecond (elliptic curves, on Java 17). That is why one thread of its own does it, and not the
 * transport's: a flood of false tokens keeps that thread busy, and holds up nobody whose token was verified before.
 */
@Component
class JwtVerifier implements TokenVerifier {

    /** In this time the keys are fetched at most twice, however many tokens name unknown keys. */
    private static final Duration MIN_FETCH_INTERVAL = Duration.ofSeconds(10);

    /** How many tokens may wait to be verified. A single network may have half of these places. */
    static final int MAX_WAITING = 2_000;

    /** How many verified tokens are remembered. */
    private static final int MAX_VERIFIED = 10_000;

    private final Cache<TokenHash, IssuedCredential> verified =
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
        signatures.setJWTClaimsSetVerifier(null); // they have been checked by then
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
        return Optional.ofNullable(verified.getIfPresent(token))
                .filter(IssuedCredential::hasKey)
                .map(Credential.class::cast);
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

    /** Checks the claims first: that takes less time, and a token that fails needs no keys. */
    private CompletableFuture<Credential> verifyWith(IssuerKeys keys, String token) {
        try {
            SignedJWT jwt = signed(JWTParser.parse(token));
            Credential claimed = claims.toCredential(jwt.getJWTClaimsSet());
            Optional<JWKSet> atHand = keys.atHand();
            if (atHand.isEmpty()) {
                return refused(DenialReason.NO_KEYS);
            }
            List<JWK> named = named(atHand.get(), jwt);
            if (!named.isEmpty()) {
                return checkSignature(token, jwt, claimed, named, keys);
            }
            return keys.fetchedAfter(atHand.get())
                    .thenComposeAsync(
                            fetched -> checkWithFetched(
                                    token,
                                    jwt,
                                    claimed,
                                    fetched.map(now -> named(now, jwt)).orElse(List.of()),
                                    keys),
                            verifications);
        } catch (AuthenticationException refused) {
            return CompletableFuture.failedFuture(refused);
        } catch (ParseException | RuntimeException malformed) {
            return refused(DenialReason.MALFORMED);
        }
    }

    /**
     * Checks the signature with keys that were just fetched. If they could not be fetched, an unknown key is no fault
     * of the token.
     */
    private CompletableFuture<Credential> checkWithFetched(
            String token, SignedJWT jwt, Credential claimed, List<JWK> named, IssuerKeys keys) {
        if (named.isEmpty()) {
            return refused(keys.areOutOfReach() ? DenialReason.NO_KEYS : DenialReason.UNKNOWN_KEY);
        }
        return checkSignature(token, jwt, claimed, named, keys);
    }

    /** @param named the keys that may have signed the token, at least one */
    private CompletableFuture<Credential> checkSignature(
            String token, SignedJWT jwt, Credential claimed, List<JWK> named, IssuerKeys keys) {
        DenialReason reason = DenialReason.MALFORMED;
        for (JWK key : named) {
            try {
                signatures.process(jwt, new JWKSecurityContext(List.of(key)));
                IssuedCredential credential = new IssuedCredential(claimed, key, keys);
                verified.put(TokenHash.of(token), credential);
                return CompletableFuture.completedFuture(credential);
            } catch (BadJWSException wrongSignature) {
                reason = DenialReason.WRONG_SIGNATURE; // another key may fit
            } catch (BadJOSEException | JOSEException | RuntimeException malformed) {
                // the token is malformed, or this key does not fit its algorithm
            }
        }
        return refused(reason);
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

    private static List<JWK> named(JWKSet keys, SignedJWT jwt) {
        return new JWKSelector(JWKMatcher.forJWSHeader(jwt.getHeader())).select(keys);
    }

    @PreDestroy
    void close() {
        verifications.shutdownNow();
        if (keys != null) {
            keys.close();
        }
    }
}
