package dev.waystate.security.jwt;

import java.time.Duration;
import java.util.List;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Whose JSON web tokens are credentials. {@link JwtVerifier} checks what has to be there together.
 *
 * @param issuer who issues them: the exact {@code iss}
 * @param audience whom they are for: one of these is in {@code aud}
 * @param jwks the URL of the issuer's public keys, a JWK set: {@code https:}, {@code http:} or {@code file:}
 * @param jwksRefreshInterval how often the keys are fetched, 1 second to 1 day
 * @param algorithms the algorithms that they may be signed with, all of which are asymmetric
 * @param clockSkew how far the issuer's clock may differ, 0 to 5 minutes
 * @param permissionsClaim the claim that has the permissions, as an array or with spaces between them
 * @param sourcesClaim the claim that has the sources which may be written, as an array or as one; all may when empty
 */
@Validated
@ConfigurationProperties("waystate.security.jwt")
record JwtProperties(
        @Nullable String issuer,
        @DefaultValue List<String> audience,
        @Nullable String jwks,

        @DefaultValue("5m") @DurationMin(seconds = 1) @DurationMax(days = 1)
        Duration jwksRefreshInterval,

        @DefaultValue({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"})
        List<String> algorithms,

        @DefaultValue("30s") @DurationMin(seconds = 0) @DurationMax(minutes = 5)
        Duration clockSkew,

        @DefaultValue("scope") String permissionsClaim,
        @Nullable String sourcesClaim) {}
