package dev.waystate.security.jwt;

import dev.waystate.server.properties.InvalidPropertyException;
import dev.waystate.server.telemetry.OutgoingTraces;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Whose JSON web tokens are credentials. Nobody's, unless one of issuer, audience and jwks is set; then all three have to
 * be.
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
@ConfigurationProperties(JwtProperties.PREFIX)
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
        @Nullable String sourcesClaim) {

    static final String PREFIX = "waystate.security.jwt";

    /** The asymmetric algorithms of the JDK. With any other, the key that verifies could also sign. */
    private static final Set<String> ALGORITHMS =
            Set.of("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512");

    JwtProperties {
        check(
                !algorithms.isEmpty() && ALGORITHMS.containsAll(algorithms),
                "algorithms",
                "expected any of " + ALGORITHMS.stream().sorted().toList());
        if (issuer != null || jwks != null || !audience.isEmpty()) {
            check(issuer != null && !issuer.isBlank(), "issuer", "expected the iss of the tokens");
            check(
                    !audience.isEmpty() && audience.stream().noneMatch(String::isBlank),
                    "audience",
                    "expected what is in the aud of the tokens");
            check(!permissionsClaim.isBlank(), "permissions-claim", "expected the name of a claim");
            check(sourcesClaim == null || !sourcesClaim.isBlank(), "sources-claim", "expected the name of a claim");
            checkKeys(JwksLocation.of(String.valueOf(jwks)));
        }
    }

    /** Returns where the issuer's keys are; empty if no tokens are credentials. */
    Optional<JwksLocation> location() {
        return Optional.ofNullable(jwks).flatMap(JwksLocation::of);
    }

    private static void checkKeys(Optional<JwksLocation> location) {
        check(location.isPresent(), "jwks", "expected the https:, http: or file: URL of a JWK set");
        location.filter(JwksLocation::isFile).ifPresent(file -> {
            try {
                PublicKeys.parse(file.read(OutgoingTraces.NONE));
            } catch (IOException | InterruptedException wrong) {
                check(false, "jwks", "expected a JWK set with public keys in " + file + ", but: " + wrong.getMessage());
            }
        });
    }

    private static void check(boolean fine, String property, String expectation) {
        if (!fine) {
            throw new InvalidPropertyException(PREFIX + "." + property, expectation);
        }
    }
}
