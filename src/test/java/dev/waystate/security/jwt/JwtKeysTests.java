package dev.waystate.security.jwt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.greaterThan;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import dev.waystate.security.access.AuthenticationException;
import dev.waystate.security.access.Credential;
import dev.waystate.security.access.DenialReason;
import dev.waystate.security.access.TokenHash;
import dev.waystate.security.jwt.JwtIssuer.Serving;
import dev.waystate.server.lifecycle.Scheduler;
import dev.waystate.server.telemetry.OutgoingTraces;
import java.io.OutputStream;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.test.util.ReflectionTestUtils;

/** Tokens and the keys of their issuer, which comes, goes, rotates, and answers badly. */
@Timeout(60)
class JwtKeysTests {

    private static final RSAKey NEXT = JwtIssuer.rsaKey("rsa-2");
    private static final Duration OFTEN = Duration.ofMillis(100);
    private static final Duration NEVER = Duration.ofHours(1);
    private static final Duration NO_LIMIT = Duration.ZERO;

    private static final Serving DOWN = (exchange, keys) -> JwtIssuer.respond(exchange, 500, keys);
    private static final Serving SLOW = (exchange, keys) -> Thread.sleep(30_000);
    private static final Serving DRIPPING = (exchange, keys) -> {
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream out = exchange.getResponseBody()) {
            for (int i = 0; i < 300; i++) {
                out.write(' ');
                out.flush();
                Thread.sleep(100);
            }
        }
    };
    private static final Serving HUGE =
            (exchange, keys) -> JwtIssuer.respond(exchange, 200, keys + " ".repeat(300 * 1024));
    private static final Serving GARBLED = (exchange, keys) -> JwtIssuer.respond(exchange, 200, "<html>");
    private static final Serving EMPTY = (exchange, keys) -> JwtIssuer.respond(exchange, 200, "{\"keys\":[]}");
    private static final Serving ELSEWHERE = (exchange, keys) -> {
        exchange.getResponseHeaders().add("location", "/elsewhere");
        JwtIssuer.respond(exchange, 302, keys);
    };

    private final JwtIssuer issuer = new JwtIssuer();
    private final Scheduler scheduler = new Scheduler(outOfMemory -> {});
    private JwtVerifier verifier;

    @AfterEach
    void stop() {
        verifier.close();
        scheduler.close();
        issuer.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"RS256", "RS512", "PS256", "PS384", "ES256"})
    void tokensOfTheAsymmetricAlgorithmsAreGood(String name) throws AuthenticationException {
        start(NEVER, NO_LIMIT);
        JWSAlgorithm algorithm = JWSAlgorithm.parse(name);
        Credential credential =
                verify(JwtIssuer.token(algorithm, name.startsWith("ES") ? issuer.ec : issuer.rsa, JwtIssuer.claims()));
        assertThat(credential.caller().name()).isEqualTo("robot");
        assertThat(credential.isValidAt(Instant.now().plusSeconds(50))).isTrue();
        assertThat(credential.isValidAt(Instant.now().plusSeconds(70))).isFalse();
    }

    @Test
    void aKeyThatIsNewIsFetchedForTheFirstTokenThatNamesIt() throws Exception {
        start(NEVER, NO_LIMIT);
        issuer.keys = List.of(NEXT);
        String token = JwtIssuer.token(JWSAlgorithm.RS256, NEXT, JwtIssuer.claims());
        assertThat(verify(token).caller().name()).isEqualTo("robot");
        assertThat(issuer.fetches).hasValue(2);
    }

    @Test
    void aKeyThatTheIssuerHasTakenBackCeasesToBeGood() throws Exception {
        start(OFTEN, NO_LIMIT);
        String token = issuer.token(JwtIssuer.claims());
        Credential credential = verify(token);
        Credential other = verify(JwtIssuer.token(JWSAlgorithm.ES256, issuer.ec, JwtIssuer.claims()));
        issuer.keys = List.of(issuer.ec);
        await().atMost(10, TimeUnit.SECONDS).until(() -> refusal(token) == DenialReason.UNKNOWN_KEY);
        assertThat(credential.isValidAt(Instant.now())).isFalse();
        assertThat(other.isValidAt(Instant.now())).isTrue();
    }

    @Test
    void anIssuerThatIsDownTakesNoKeyBack() throws Exception {
        start(OFTEN, NO_LIMIT);
        Credential credential = verify(issuer.token(JwtIssuer.claims()));
        issuer.serving = DOWN;
        int fetches = issuer.fetches.get();
        await().atMost(10, TimeUnit.SECONDS).untilAtomic(issuer.fetches, greaterThan(fetches + 2));
        assertThat(credential.isValidAt(Instant.now())).isTrue();
    }

    @Test
    void afterAnOutageOfADayNoTokenIsGood() throws Exception {
        start(NEVER, NO_LIMIT);
        String token = issuer.token(JwtIssuer.claims());
        Credential credential = verify(token);
        issuer.serving = DOWN;
        Object fetcher = ReflectionTestUtils.getField(ReflectionTestUtils.getField(verifier, "keys"), "fetcher");
        ReflectionTestUtils.setField(
                fetcher,
                "fetchedAt",
                System.nanoTime() - NEVER.plusDays(1).minusMinutes(1).toNanos());
        assertThat(credential.isValidAt(Instant.now())).isTrue();

        ReflectionTestUtils.setField(
                fetcher,
                "fetchedAt",
                System.nanoTime() - NEVER.plusDays(1).plusMinutes(1).toNanos());
        assertThat(credential.isValidAt(Instant.now())).isFalse();
        assertThat(refusal(token)).isEqualTo(DenialReason.NO_KEYS);
    }

    @Test
    void ofSeveralKeysThatATokenMayBeSignedWithTheOneThatItIsCounts() throws Exception {
        issuer.keys = List.of(NEXT, issuer.rsa);
        start(OFTEN, NO_LIMIT);
        JWSHeader anonymous = new JWSHeader(JWSAlgorithm.RS256);
        Credential first = verify(JwtIssuer.token(anonymous, NEXT, JwtIssuer.claims()));
        Credential second = verify(JwtIssuer.token(anonymous, issuer.rsa, JwtIssuer.claims()));
        assertThat(refusal(JwtIssuer.token(anonymous, JwtIssuer.rsaKey("none"), JwtIssuer.claims())))
                .isEqualTo(DenialReason.WRONG_SIGNATURE);
        issuer.keys = List.of(NEXT);
        await().atMost(10, TimeUnit.SECONDS).until(() -> !second.isValidAt(Instant.now()));
        assertThat(first.isValidAt(Instant.now())).isTrue();
    }

    @Test
    void ofSeveralKeysOneThatIsTooShortForTheAlgorithmHidesNoOther() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(512);
        RSAKey tooShort =
                new RSAKey.Builder((RSAPublicKey) generator.generateKeyPair().getPublic()).build();
        issuer.keys = List.of(tooShort, issuer.rsa);
        start(NEVER, NO_LIMIT);

        JWSHeader anonymous = new JWSHeader(JWSAlgorithm.RS512);
        verify(JwtIssuer.token(anonymous, issuer.rsa, JwtIssuer.claims()));
        assertThat(refusal(JwtIssuer.token(anonymous, NEXT, JwtIssuer.claims())))
                .isEqualTo(DenialReason.WRONG_SIGNATURE);
    }

    @Test
    void aTokenIsVerifiedOnceWhileItsKeysAreTheSame() throws Exception {
        start(OFTEN, NO_LIMIT);
        String token = issuer.token(JwtIssuer.claims());
        Credential credential = verify(token);
        int fetches = issuer.fetches.get();
        await().atMost(10, TimeUnit.SECONDS).untilAtomic(issuer.fetches, greaterThan(fetches + 1));
        assertThat(verifier.known(TokenHash.of(token))).contains(credential);
        assertThat(verify(issuer.token(JwtIssuer.claims().subject("another")))
                        .caller()
                        .name())
                .isEqualTo("another");
    }

    @Test
    void aTokenThatWasVerifiedIsKnownAsExpired() throws Exception {
        start(NEVER, NO_LIMIT);
        Date end = Date.from(Instant.now().plusSeconds(2));
        String token = issuer.token(JwtIssuer.claims().expirationTime(end));
        Credential credential = verify(token);
        await().atMost(10, TimeUnit.SECONDS).until(() -> !credential.isValidAt(Instant.now()));
        assertThat(verifier.known(TokenHash.of(token))).contains(credential);
    }

    @Test
    void keysAreFetchedAheadOfTheirUse() {
        start(OFTEN, NO_LIMIT);
        await().atMost(10, TimeUnit.SECONDS).untilAtomic(issuer.fetches, greaterThan(2));
    }

    @Test
    void aFloodOfUnknownKeysFetchesOnceAnInterval() {
        start(NEVER, NEVER);
        for (int i = 0; i < 2_000; i++) {
            assertThat(refusal(tokenOfUnknownKey(i))).isEqualTo(DenialReason.UNKNOWN_KEY);
        }
        assertThat(issuer.fetches).hasValueLessThanOrEqualTo(2);
    }

    @Test
    void whileTheIssuerIsDownAKeyThatIsUnknownIsNoFaultOfTheTokensThatNameIt() {
        start(NEVER, NEVER);
        issuer.serving = DOWN;
        for (int i = 0; i < 100; i++) {
            assertThat(refusal(tokenOfUnknownKey(i))).isEqualTo(DenialReason.NO_KEYS);
        }
        assertThat(issuer.fetches).hasValueLessThanOrEqualTo(3); // at the start, and twice
    }

    /** The control. */
    @Test
    void withoutAnIntervalEachUnknownKeyFetches() {
        start(NEVER, NO_LIMIT);
        for (int i = 0; i < 20; i++) {
            refusal(tokenOfUnknownKey(i));
        }
        assertThat(issuer.fetches).hasValue(21);
    }

    private String tokenOfUnknownKey(int number) {
        String token = JwtIssuer.token(JWSAlgorithm.ES256, issuer.ec, JwtIssuer.claims());
        Base64URL header = Base64URL.encode("{\"alg\":\"ES256\",\"kid\":\"unknown-" + number + "\"}");
        return header + token.substring(token.indexOf('.'));
    }

    @Test
    void aTokenThatIsWrongAnywayFetchesNoKeys() {
        start(NEVER, NO_LIMIT);
        refusal(JwtIssuer.token(JWSAlgorithm.RS256, NEXT, JwtIssuer.claims().audience("other")));
        assertThat(verifier.isOn()).isTrue();
        assertThat(issuer.fetches).hasValue(1);
    }

    static Stream<Arguments> troubles() {
        return Stream.of(
                Arguments.of("down", DOWN),
                Arguments.of("slow", SLOW),
                Arguments.of("dripping", DRIPPING),
                Arguments.of("huge", HUGE),
                Arguments.of("garbled", GARBLED),
                Arguments.of("empty", EMPTY),
                Arguments.of("elsewhere", ELSEWHERE));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("troubles")
    void whileTheIssuerIsInTroubleTheKeysAtHandGoOnAndNothingWaitsLong(String name, Serving trouble) throws Exception {
        start(NEVER, NO_LIMIT);
        String known = issuer.token(JwtIssuer.claims());
        String unknown = JwtIssuer.token(JWSAlgorithm.RS256, NEXT, JwtIssuer.claims());
        issuer.keys = List.of(NEXT);
        issuer.serving = trouble;

        CompletableFuture<Credential> pending = verifier.verify(unknown, "network");
        long before = System.nanoTime();
        verify(known);
        assertThat(Duration.ofNanos(System.nanoTime() - before))
                .isLessThan(Duration.ofSeconds(3)); // a fetch takes four
        assertThat(pending)
                .failsWithin(Duration.ofSeconds(10))
                .withThrowableThat()
                .withMessageContaining("no_keys");
        verify(issuer.token(JwtIssuer.claims().subject("another")));

        issuer.serving = JwtIssuer.WELL; // the control: then it is found
        await().atMost(15, TimeUnit.SECONDS).ignoreExceptions().until(() -> verify(unknown) != null);
    }

    @Test
    void whenTheIssuerWasNeverReachedTokensAreGoodOnceItIs() {
        issuer.serving = DOWN;
        start(NEVER, Duration.ofSeconds(1));
        String token = issuer.token(JwtIssuer.claims());
        assertThat(refusal(token)).isEqualTo(DenialReason.NO_KEYS);
        issuer.serving = JwtIssuer.WELL;
        await().atMost(10, TimeUnit.SECONDS).ignoreExceptions().until(() -> verify(token) != null);
    }

    private void start(Duration refreshInterval, Duration minInterval) {
        verifier = new JwtVerifier(
                new JwtProperties(
                        JwtIssuer.ISSUER,
                        List.of(JwtIssuer.AUDIENCE),
                        issuer.jwks(),
                        refreshInterval,
                        List.of("RS256", "RS512", "PS256", "PS384", "ES256"),
                        Duration.ZERO,
                        "scope",
                        null),
                minInterval,
                scheduler,
                OutgoingTraces.NONE);
    }

    private Credential verify(String token) throws AuthenticationException {
        try {
            return credential(token).get(20, TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            throw (AuthenticationException) failed.getCause();
        } catch (InterruptedException | TimeoutException late) {
            throw new AssertionError(late);
        }
    }

    private CompletableFuture<Credential> credential(String token) {
        return verifier.known(TokenHash.of(token))
                .map(CompletableFuture::completedFuture)
                .orElseGet(() -> verifier.verify(token, "network"));
    }

    /** Returns why a token is refused; null if it is not. */
    private DenialReason refusal(String token) {
        AuthenticationException refused = catchThrowableOfType(AuthenticationException.class, () -> verify(token));
        return refused == null ? null : refused.reason();
    }
}
