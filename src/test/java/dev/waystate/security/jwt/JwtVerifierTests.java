package dev.waystate.security.jwt;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.JWTClaimsSet;
import dev.waystate.NamedPipe;
import dev.waystate.security.access.Caller;
import dev.waystate.security.access.DenialReason;
import dev.waystate.security.access.Permission;
import dev.waystate.server.lifecycle.Scheduler;
import dev.waystate.server.properties.InvalidPropertyException;
import dev.waystate.server.telemetry.OutgoingTraces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ContextConsumer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** The effect of a configuration of tokens, with the issuer's keys in a file. */
class JwtVerifierTests {

    private static final String KEY = "waystate.security.jwt.";
    private static final JwtIssuer ISSUER = new JwtIssuer();

    @TempDir
    private static Path directory;

    private static Path jwks;

    @Configuration(proxyBeanMethods = false)
    @EnableConfigurationProperties(JwtProperties.class)
    @Import(JwtVerifier.class)
    static class Configured {

        @Bean
        Scheduler scheduler() {
            return new Scheduler(outOfMemory -> {});
        }
    }

    @BeforeAll
    static void writeKeys() throws IOException {
        jwks = Files.writeString(directory.resolve("keys.json"), new JWKSet(List.of(ISSUER.rsa, ISSUER.ec)).toString());
    }

    @AfterAll
    static void stop() {
        ISSUER.close();
    }

    @Test
    void withoutAnyThereIsNone() {
        new ApplicationContextRunner()
                .withUserConfiguration(Configured.class)
                .withBean(OutgoingTraces.class, () -> OutgoingTraces.NONE)
                .run(context ->
                        assertThat(context.getBean(JwtVerifier.class).isOn()).isFalse());
    }

    static Stream<Arguments> mistakes() throws Exception {
        Path pipe = NamedPipe.make(directory.resolve("pipe"));
        Path empty = Files.writeString(directory.resolve("empty.json"), "{\"keys\":[]}");
        Path secret = Files.writeString(
                directory.resolve("secret.json"), "{\"keys\":[{\"kty\":\"oct\",\"k\":\"c2VjcmV0LXNlY3JldA\"}]}");
        return Stream.of(
                Arguments.of("issuer", ""),
                Arguments.of("audience", ""),
                Arguments.of("audience", "waystate, "),
                Arguments.of("jwks", ""),
                Arguments.of("jwks", "keys.json"),
                Arguments.of("jwks", "ftp://issuer.example/keys"),
                Arguments.of("jwks", "https:keys"),
                Arguments.of("jwks", "file:/absent/keys.json"),
                Arguments.of("jwks", "file:" + empty),
                Arguments.of("jwks", "file:" + secret),
                Arguments.of("jwks", "file:" + pipe),
                Arguments.of("algorithms", ""),
                Arguments.of("algorithms", "RS256,none"),
                Arguments.of("algorithms", "HS256"),
                Arguments.of("permissions-claim", ""),
                Arguments.of("sources-claim", " "));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void aMistakeKeepsTheServerFromStartingAndNamesTheKey(String property, String value) {
        run(context -> assertThat(context).hasNotFailed());
        run(
                context -> assertThat(context.getStartupFailure())
                        .rootCause()
                        .isInstanceOf(InvalidPropertyException.class)
                        .hasMessageStartingWith(KEY + property + ": expected "),
                property + "=" + value);
    }

    @ParameterizedTest
    @ValueSource(strings = {"clock-skew=6m", "jwks-refresh-interval=0s"})
    void aDurationOutOfRangeIsRefused(String property) {
        run(context -> assertThat(context).hasFailed(), property);
    }

    @Test
    void permissionsAreThoseOfTheClaim() {
        run(
                context -> {
                    Caller caller = caller(context, JwtIssuer.claims().claim("roles", List.of("state:write", 7)));
                    assertThat(caller.permissions().contains(Permission.STATE_WRITE))
                            .isTrue();
                    assertThat(caller.permissions().contains(Permission.STATE_READ))
                            .isFalse();
                },
                "permissions-claim=roles");
    }

    @Test
    void withoutASourcesClaimAllSourcesMayBeWritten() {
        run(context -> assertThat(caller(context, JwtIssuer.claims()).sources().include("any"))
                .isTrue());
    }

    @Test
    void theSourcesOfAClaimAreNamesAndBeginnings() {
        run(
                context -> {
                    Caller some = caller(context, JwtIssuer.claims().claim("herd", List.of("cow-*", "dog")));
                    assertThat(List.of(
                                    some.sources().include("cow-1"),
                                    some.sources().include("dog"),
                                    some.sources().include("dog-1")))
                            .containsExactly(true, true, false);
                    Caller one = caller(context, JwtIssuer.claims().claim("herd", "a dog"));
                    assertThat(List.of(
                                    one.sources().include("a dog"),
                                    one.sources().include("dog")))
                            .containsExactly(true, false);
                    assertThat(caller(context, JwtIssuer.claims()).sources().include("robot"))
                            .isFalse();
                },
                "sources-claim=herd");
    }

    @Test
    void theSubjectAsSourceIsAName() {
        run(
                context -> {
                    Caller caller = caller(context, JwtIssuer.claims().subject("*"));
                    assertThat(caller.sources().include("*")).isTrue();
                    assertThat(caller.sources().include("robot")).isFalse();
                },
                "sources-claim=sub");
    }

    @Test
    void anAlgorithmThatIsNotAmongThoseChosenIsRefused() {
        run(
                context -> assertThat(
                                context.getBean(JwtVerifier.class).verify(ISSUER.token(JwtIssuer.claims()), "network"))
                        .failsWithin(Duration.ofSeconds(10))
                        .withThrowableThat()
                        .withMessageContaining("wrong_algorithm"),
                "algorithms=ES256");
    }

    static Stream<Arguments> wrongClaims() {
        return Stream.of(
                Arguments.of(DenialReason.WRONG_ISSUER, JwtIssuer.claims().issuer("https://issuer.example")),
                Arguments.of(DenialReason.WRONG_ISSUER, JwtIssuer.claims().issuer(null)),
                Arguments.of(DenialReason.WRONG_AUDIENCE, JwtIssuer.claims().audience("other")),
                Arguments.of(DenialReason.WRONG_AUDIENCE, JwtIssuer.claims().audience((String) null)),
                Arguments.of(DenialReason.NO_SUBJECT, JwtIssuer.claims().subject(null)),
                Arguments.of(DenialReason.WRONG_SUBJECT, JwtIssuer.claims().subject(" robot")),
                Arguments.of(DenialReason.NO_EXPIRY, JwtIssuer.claims().expirationTime(null)),
                Arguments.of(DenialReason.EXPIRED, JwtIssuer.claims().expirationTime(in(Duration.ofSeconds(-31)))),
                Arguments.of(DenialReason.NOT_YET_VALID, JwtIssuer.claims().notBeforeTime(in(Duration.ofSeconds(40)))),
                Arguments.of(
                        DenialReason.INCREDIBLE_EXPIRY,
                        JwtIssuer.claims().expirationTime(in(Duration.ofDays(11 * 365)))),
                // In milliseconds.
                Arguments.of(
                        DenialReason.INCREDIBLE_EXPIRY,
                        JwtIssuer.claims().claim("exp", System.currentTimeMillis() + 60_000)));
    }

    @ParameterizedTest
    @MethodSource("wrongClaims")
    void eachWrongClaimHasItsReason(DenialReason reason, JWTClaimsSet.Builder claims) {
        run(context -> assertThat(context.getBean(JwtVerifier.class).verify(ISSUER.token(claims), "network"))
                .failsWithin(Duration.ofSeconds(10))
                .withThrowableThat()
                .withMessageContaining(reason.toString()));
    }

    /** The control. */
    @Test
    void anExpiryInSomeYearsIsCredible() {
        run(context -> assertThat(caller(context, JwtIssuer.claims().expirationTime(in(Duration.ofDays(9 * 365))))
                        .name())
                .isEqualTo("robot"));
    }

    private static Date in(Duration time) {
        return Date.from(Instant.now().plus(time));
    }

    private static Caller caller(AssertableApplicationContext context, JWTClaimsSet.Builder claims) {
        return context.getBean(JwtVerifier.class)
                .verify(ISSUER.token(claims), "network")
                .join()
                .caller();
    }

    private static void run(ContextConsumer<AssertableApplicationContext> check, String... changes) {
        List<String> properties = new ArrayList<>(
                List.of("issuer=" + JwtIssuer.ISSUER, "audience=" + JwtIssuer.AUDIENCE, "jwks=file:" + jwks));
        properties.addAll(List.of(changes));
        new ApplicationContextRunner()
                .withUserConfiguration(Configured.class)
                .withBean(OutgoingTraces.class, () -> OutgoingTraces.NONE)
                .withPropertyValues(
                        properties.stream().map(property -> KEY + property).toArray(String[]::new))
                .run(check);
    }
}
