package dev.waystate.security.jwt;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.BadJWSException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWT;
import com.nimbusds.jwt.JWTClaimNames;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.JWTParser;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.BadJWTException;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import com.nimbusds.jwt.proc.ExpiredJWTException;
import dev.waystate.security.access.AuthenticationException;
import dev.waystate.security.access.Caller;
import dev.waystate.security.access.Credential;
import dev.waystate.security.access.DenialReason;
import dev.waystate.security.access.Permission;
import dev.waystate.security.access.TokenHash;
import dev.waystate.security.access.TokenVerifier;
import dev.waystate.security.access.WritableSources;
import dev.waystate.server.InvalidPropertyException;
import dev.waystate.server.Names;
import jakarta.annotation.PreDestroy;
import java.io.IOException;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * Verifies JSON web tokens of one issuer, each once for as long as the issuer's keys are not fetched anew: a signature
 * takes up to a millisecond, on Java 17 and with elliptic curves. That is why one thread does it, and not the transport's:
 * whoever floods the server with false tokens keeps that thread busy, and nobody who has been verified before.
 */
@Component
class JwtVerifier implements TokenVerifier {

    /** However many tokens name keys that are not at hand. */
    private static final Duration MIN_FETCH_INTERVAL = Duration.ofSeconds(10);

    private static final String KEY = "waystate.security.jwt";

    /** What the JDK has: all asymmetric, so that nobody can sign with what is public. */
    private static final Set<String> ALGORITHMS =
            Set.of("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512");

    /** How many tokens may wait to be verified. */
    private static final int MAX_WAITING = 1_000;

    /** How many verified tokens are remembered. */
    private static final int MAX_VERIFIED = 10_000;

    private final Cache<TokenHash, Verified> verified =
            Caffeine.newBuilder().maximumSize(MAX_VERIFIED).build();
    private final AtomicInteger waiting = new AtomicInteger();
    private final ExecutorService verifications =
            Executors.newSingleThreadExecutor(task -> new Thread(task, "jwt-verifications"));
    private final @Nullable JwtKeys keys;
    private final Set<JWSAlgorithm> algorithms;
    private final Duration clockSkew;
    private final String permissionsClaim;
    private final @Nullable String sourcesClaim;
    private final DefaultJWTClaimsVerifier<SecurityContext> claimsVerifier;
    private final DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();

    /** @throws InvalidPropertyException if something is missing or wrong */
    @Autowired
    JwtVerifier(JwtProperties properties) {
        this(properties, MIN_FETCH_INTERVAL);
    }

    JwtVerifier(JwtProperties properties, Duration minFetchInterval) {
        if (properties.algorithms().isEmpty() || !ALGORITHMS.containsAll(properties.algorithms())) {
            throw new InvalidPropertyException(
                    KEY + ".algorithms",
                    "expected any of " + ALGORITHMS.stream().sorted().toList());
        }
        algorithms = properties.algorithms().stream().map(JWSAlgorithm::parse).collect(Collectors.toSet());
        clockSkew = properties.clockSkew();
        permissionsClaim = properties.permissionsClaim();
        sourcesClaim = properties.sourcesClaim();
        claimsVerifier = new DefaultJWTClaimsVerifier<>(
                Set.copyOf(properties.audience()),
                new JWTClaimsSet.Builder().issuer(properties.issuer()).build(),
                Set.of(JWTClaimNames.SUBJECT, JWTClaimNames.EXPIRATION_TIME),
                Set.of());
        claimsVerifier.setMaxClockSkew((int) clockSkew.toSeconds());
        keys = isConfigured(properties)
                ? new JwtKeys(checked(properties), properties.jwksRefreshInterval(), minFetchInterval)
                : null;
        processor.setJWSTypeVerifier(
                new DefaultJOSEObjectTypeVerifier<>(JOSEObjectType.JWT, new JOSEObjectType("at+jwt"), null));
        processor.setJWTClaimsSetVerifier(claimsVerifier);
        JWKSource<SecurityContext> atHand =
                (selector, context) -> currentKeys().map(selector::select).orElse(List.of());
        processor.setJWSKeySelector(new JWSVerificationKeySelector<>(algorithms, atHand));
    }

    @Override
    public boolean isOn() {
        return keys != null;
    }

    @Override
    public CompletableFuture<Credential> verify(String token) {
        TokenHash hash = TokenHash.of(token);
        Verified before = verified.getIfPresent(hash);
        if (before != null && before.holdsWith(currentKeys())) {
            return CompletableFuture.completedFuture(before.credential);
        }
        if (waiting.incrementAndGet() > MAX_WAITING) {
            waiting.decrementAndGet();
            return CompletableFuture.failedFuture(new AuthenticationException(DenialReason.BUSY));
        }
        return CompletableFuture.completedFuture(token)
                .thenComposeAsync(any -> verifyNow(token, hash, true), verifications)
                .whenComplete((credential, refused) -> waiting.decrementAndGet());
    }

    private CompletableFuture<Credential> verifyNow(String token, TokenHash hash, boolean mayFetch) {
        try {
            SignedJWT jwt = signed(JWTParser.parse(token));
            Optional<JWKSet> atHand = currentKeys();
            if (atHand.isPresent() && hasKey(atHand.get(), jwt.getHeader())) {
                Credential credential = toCredential(processor.process(jwt, null));
                verified.put(hash, new Verified(credential, atHand.get()));
                return CompletableFuture.completedFuture(credential);
            }
            claimsVerifier.verify(jwt.getJWTClaimsSet(), null); // else no keys need be fetched
            Optional<CompletableFuture<Void>> fetched = mayFetch && keys != null ? keys.fetched() : Optional.empty();
            if (fetched.isPresent()) {
                return fetched.get().thenComposeAsync(any -> verifyNow(token, hash, false), verifications);
            }
            return refused(atHand.isPresent() ? DenialReason.UNKNOWN_KEY : DenialReason.NO_KEYS);
        } catch (AuthenticationException refused) {
            return CompletableFuture.failedFuture(refused);
        } catch (ExpiredJWTException expired) {
            return refused(DenialReason.EXPIRED);
        } catch (BadJWSException wrongSignature) {
            return refused(DenialReason.WRONG_SIGNATURE);
        } catch (BadJWTException wrongClaims) {
            return refused(DenialReason.WRONG_CLAIMS);
        } catch (ParseException | BadJOSEException | JOSEException | RuntimeException malformed) {
            return refused(DenialReason.MALFORMED);
        }
    }

    private static CompletableFuture<Credential> refused(DenialReason refusal) {
        return CompletableFuture.failedFuture(new AuthenticationException(refusal));
    }

    private SignedJWT signed(JWT jwt) throws AuthenticationException {
        if (jwt instanceof SignedJWT signed
                && algorithms.contains(signed.getHeader().getAlgorithm())) {
            return signed;
        }
        throw new AuthenticationException(DenialReason.WRONG_ALGORITHM);
    }

    private Optional<JWKSet> currentKeys() {
        return keys == null ? Optional.empty() : keys.current();
    }

    private static boolean hasKey(JWKSet keys, JWSHeader header) {
        return !new JWKSelector(JWKMatcher.forJWSHeader(header)).select(keys).isEmpty();
    }

    private Credential toCredential(JWTClaimsSet claims) throws AuthenticationException {
        String name = claims.getSubject();
        if (Names.problem(name).isPresent()) {
            throw new AuthenticationException(DenialReason.WRONG_CLAIMS);
        }
        Set<Permission> permissions = words(claims.getClaim(permissionsClaim)).stream()
                .map(Permission::of)
                .flatMap(Optional::stream)
                .collect(Collectors.toSet());
        Instant end = claims.getExpirationTime().toInstant().plus(clockSkew);
        return new VerifiedJwt(new Caller(name, permissions, sources(claims)), end);
    }

    private WritableSources sources(JWTClaimsSet claims) {
        if (sourcesClaim == null) {
            return WritableSources.ALL;
        }
        if (sourcesClaim.equals(JWTClaimNames.SUBJECT)) {
            return WritableSources.only(claims.getSubject()); // a name, even one with a * at its end
        }
        return claims.getClaim(sourcesClaim) instanceof String one
                ? WritableSources.of(List.of(one))
                : WritableSources.of(strings(claims.getClaim(sourcesClaim)));
    }

    private static List<String> words(@Nullable Object claim) {
        return claim instanceof String text ? Arrays.asList(text.split(" ")) : strings(claim);
    }

    private static List<String> strings(@Nullable Object claim) {
        return claim instanceof Collection<?> values
                ? values.stream()
                        .filter(String.class::isInstance)
                        .map(String.class::cast)
                        .toList()
                : List.of();
    }

    private static boolean isConfigured(JwtProperties properties) {
        return properties.issuer() != null
                || properties.jwks() != null
                || !properties.audience().isEmpty();
    }

    private static JwksLocation checked(JwtProperties properties) {
        if (properties.issuer() == null || properties.issuer().isBlank()) {
            throw new InvalidPropertyException(KEY + ".issuer", "expected the iss of the tokens");
        }
        if (properties.audience().isEmpty() || properties.audience().stream().anyMatch(String::isBlank)) {
            throw new InvalidPropertyException(KEY + ".audience", "expected what is in the aud of the tokens");
        }
        if (properties.permissionsClaim().isBlank()) {
            throw new InvalidPropertyException(KEY + ".permissions-claim", "expected the name of a claim");
        }
        if (properties.sourcesClaim() != null && properties.sourcesClaim().isBlank()) {
            throw new InvalidPropertyException(KEY + ".sources-claim", "expected the name of a claim");
        }
        JwksLocation location = JwksLocation.of(String.valueOf(properties.jwks()))
                .orElseThrow(() -> new InvalidPropertyException(
                        KEY + ".jwks", "expected the https:, http: or file: URL of a JWK set"));
        if (location.isFile()) {
            checkFile(location);
        }
        return location;
    }

    private static void checkFile(JwksLocation location) {
        try {
            location.fetch();
        } catch (IOException wrong) {
            throw new InvalidPropertyException(KEY + ".jwks", "expected a JWK set with public keys in " + location);
        } catch (InterruptedException stopped) {
            throw new IllegalStateException(stopped);
        }
    }

    @PreDestroy
    void close() {
        verifications.shutdownNow();
        if (keys != null) {
            keys.close();
        }
    }

    /** Holds until the token expires. */
    private record VerifiedJwt(Caller caller, Instant end) implements Credential {

        @Override
        public boolean isValidAt(Instant now) {
            return now.isBefore(end);
        }
    }

    /** A token that has been verified with these keys. */
    private record Verified(Credential credential, JWKSet keys) {

        /** Whether another verification would come to the same. */
        boolean holdsWith(Optional<JWKSet> atHand) {
            return atHand.isPresent() && atHand.get() == keys && credential.isValidAt(Instant.now());
        }
    }
}
