package dev.waystate.security.jwt;

import com.nimbusds.jwt.JWTClaimNames;
import com.nimbusds.jwt.JWTClaimsSet;
import dev.waystate.security.access.AuthenticationException;
import dev.waystate.security.access.Caller;
import dev.waystate.security.access.Credential;
import dev.waystate.security.access.DenialReason;
import dev.waystate.security.access.ExpiringCredential;
import dev.waystate.security.access.Permission;
import dev.waystate.security.access.WritableSources;
import dev.waystate.text.Names;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Makes the credential that the claims of a token describe, or says why they describe none. */
final class JwtClaims {

    /** An expiry that is further ahead has most likely been written in milliseconds. */
    private static final Duration MAX_VALIDITY = Duration.ofDays(10 * 365);

    private final JwtProperties properties;

    JwtClaims(JwtProperties properties) {
        this.properties = properties;
    }

    /**
     * Returns the credential of a token with these claims, if its signature is genuine.
     *
     * @throws AuthenticationException if a claim is missing or wrong
     */
    Credential toCredential(JWTClaimsSet claims) throws AuthenticationException {
        DenialReason problem = problem(claims, Instant.now());
        if (problem != null) {
            throw new AuthenticationException(problem);
        }
        Set<Permission> permissions = words(claims.getClaim(properties.permissionsClaim())).stream()
                .map(Permission::of)
                .flatMap(Optional::stream)
                .collect(Collectors.toSet());
        return new ExpiringCredential(
                new Caller(claims.getSubject(), permissions, sources(claims)),
                claims.getExpirationTime().toInstant().plus(properties.clockSkew()));
    }

    private @Nullable DenialReason problem(JWTClaimsSet claims, Instant now) {
        if (!String.valueOf(properties.issuer()).equals(claims.getIssuer())) {
            return DenialReason.WRONG_ISSUER;
        }
        if (Collections.disjoint(claims.getAudience(), properties.audience())) {
            return DenialReason.WRONG_AUDIENCE;
        }
        if (claims.getSubject() == null) {
            return DenialReason.NO_SUBJECT;
        }
        if (Names.problem(claims.getSubject()).isPresent()) {
            return DenialReason.WRONG_SUBJECT;
        }
        Date notBefore = claims.getNotBeforeTime();
        if (notBefore != null && notBefore.toInstant().isAfter(now.plus(properties.clockSkew()))) {
            return DenialReason.NOT_YET_VALID;
        }
        return problemOfExpiry(claims.getExpirationTime(), now);
    }

    private @Nullable DenialReason problemOfExpiry(@Nullable Date expiry, Instant now) {
        if (expiry == null) {
            return DenialReason.NO_EXPIRY;
        }
        if (!expiry.toInstant().plus(properties.clockSkew()).isAfter(now)) {
            return DenialReason.EXPIRED;
        }
        return expiry.toInstant().isAfter(now.plus(MAX_VALIDITY)) ? DenialReason.INCREDIBLE_EXPIRY : null;
    }

    private WritableSources sources(JWTClaimsSet claims) {
        String name = properties.sourcesClaim();
        if (name == null) {
            return WritableSources.ALL;
        }
        if (name.equals(JWTClaimNames.SUBJECT)) {
            return WritableSources.only(claims.getSubject()); // a name, even one with a * at its end
        }
        return claims.getClaim(name) instanceof String one
                ? WritableSources.of(List.of(one))
                : WritableSources.of(strings(claims.getClaim(name)));
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
}
