package dev.waystate.security.jwt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.mockito.Mockito.mock;

import com.nimbusds.jose.util.Base64URL;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.waystate.LogLines;
import dev.waystate.TlsFiles;
import dev.waystate.server.lifecycle.Scheduler;
import dev.waystate.server.telemetry.OutgoingTraces;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** JWK sets that are odd, or come in an odd way, and what the log says of them. */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class JwksTests {

    @RegisterExtension
    final LogLines lines = LogLines.of(JwksFetcher.class);

    /** As often as {@link #start} lets them be fetched. */
    private static final Duration OFTEN = Duration.ofMillis(250);

    private static final String POINT = "\"x\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\","
            + "\"y\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"";

    private static final Base64URL MODULUS_OF_1024_BITS =
            Base64URL.encode(BigInteger.ONE.shiftLeft(1024).subtract(BigInteger.ONE));

    @TempDir
    static Path directory;

    private final JwtIssuer issuer = new JwtIssuer();
    private final Scheduler scheduler = new Scheduler(outOfMemory -> {});
    private JwtVerifier verifier;

    @AfterEach
    void stop() {
        verifier.close();
        scheduler.close();
        issuer.close();
    }

    static Stream<Arguments> odd() {
        return Stream.of(
                Arguments.of("kid \"odd\"", key("\"kty\":\"EC\",\"crv\":\"brainpoolP256r1\"," + POINT)),
                Arguments.of("kid \"odd\"", key("\"kty\":\"EC\",\"crv\":\"secp256k1\"," + POINT)),
                Arguments.of("kid \"odd\"", key("\"kty\":\"EC\",\"crv\":\"P-256\"," + POINT)),
                Arguments.of("kid \"odd\"", key("\"kty\":\"EC\",\"crv\":\"P-256\"")),
                Arguments.of("kid \"odd\"", key("\"kty\":\"RSA\",\"e\":\"AQAB\"")),
                Arguments.of("kid \"odd\"", key("\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":7")),
                Arguments.of("kid \"odd\"", key("\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"AQAB\",\"x5c\":[\"no\"]")),
                Arguments.of("kid \"odd\"", key("\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"AQAB\",\"x5c\":\"no\"")),
                Arguments.of(
                        "kid \"odd\"", key("\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"" + MODULUS_OF_1024_BITS + "\"")),
                Arguments.of("kid \"odd\"", key("\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AAAA\"")),
                Arguments.of("kid \"odd\"", key("\"kty\":\"oct\",\"k\":\"c2VjcmV0LXNlY3JldA\"")),
                Arguments.of("kid \"odd\"", key("\"kty\":\"AKP\",\"pub\":\"AAAA\"")),
                Arguments.of("kid \"odd\"", key("\"use\":\"sig\"")),
                Arguments.of("kid \"7\"", "{\"kid\":7,\"kty\":\"RSA\"}"),
                Arguments.of("one without kid", "{}"),
                Arguments.of("one without kid", "\"text\""),
                Arguments.of("one without kid", "null"),
                Arguments.of("one without kid", "[[]]"));
    }

    private static String key(String members) {
        return "{\"kid\":\"odd\"," + members + "}";
    }

    @ParameterizedTest
    @MethodSource("odd")
    void anOddKeySpoilsNoOtherAndIsNamedOnce(String name, String odd, CapturedOutput output) {
        issuer.serving = (exchange, keys) -> JwtIssuer.respond(
                exchange, 200, keys.replace("[", "[" + odd + ",").strip());
        start(issuer.jwks(), OFTEN);
        assertGood(issuer.token(JwtIssuer.claims()));
        int fetches = issuer.fetches.get();
        await().atMost(10, TimeUnit.SECONDS).until(() -> issuer.fetches.get() > fetches + 1);
        assertThat(onlyLine(output, "cannot be used"))
                .contains("Of the keys at " + issuer.jwks() + ", 1 cannot be used: " + name + ": \"");
    }

    @Test
    void aSetOfOddKeysAloneIsNamedAndHarmsNothingAtHand(CapturedOutput output) {
        start(issuer.jwks(), OFTEN);
        issuer.serving =
                (exchange, keys) -> JwtIssuer.respond(exchange, 200, "{\"keys\":[" + key("\"kty\":\"X\"") + "]}");
        assertThat(onlyLine(output, "cannot be had"))
                .contains("The keys at " + issuer.jwks(), "none can be used: kid \\\"odd\\\"");
        assertGood(issuer.token(JwtIssuer.claims()));
        issuer.serving = JwtIssuer.WELL;
        onlyLine(output, "can be had again");
    }

    @Test
    void aCompressedAnswerIsUnderstood() {
        issuer.serving = (exchange, keys) -> respondCompressed(exchange, keys);
        start(issuer.jwks(), Duration.ofHours(1));
        assertGood(issuer.token(JwtIssuer.claims()));
    }

    static Stream<Arguments> troubles() {
        return Stream.of(
                Arguments.of("expected status 200, but it is 503", (JwtIssuer.Serving)
                        (exchange, keys) -> JwtIssuer.respond(exchange, 503, keys)),
                Arguments.of("it is 302, a redirect to https://elsewhere.example:8443: only", (JwtIssuer.Serving)
                        (exchange, keys) -> redirect(exchange, "https://elsewhere.example:8443/keys?secret")),
                Arguments.of("it is 307, a redirect to http://127.0.0.1:", (JwtIssuer.Serving)
                        (exchange, keys) -> redirect(exchange, "/other")),
                Arguments.of(
                        "expected gzip or no content encoding, but it is br", (JwtIssuer.Serving) (exchange, keys) -> {
                            exchange.getResponseHeaders().add("content-encoding", "br");
                            JwtIssuer.respond(exchange, 200, keys);
                        }),
                Arguments.of("expected the whole answer within 4 seconds", (JwtIssuer.Serving) (exchange, keys) -> {
                    exchange.sendResponseHeaders(200, 0);
                    exchange.getResponseBody().write(' ');
                    exchange.getResponseBody().flush();
                    Thread.sleep(30_000);
                }),
                Arguments.of("HttpTimeoutException", (JwtIssuer.Serving) (exchange, keys) -> Thread.sleep(30_000)),
                Arguments.of("expected at most 262144 bytes", (JwtIssuer.Serving)
                        (exchange, keys) -> respondCompressed(exchange, keys + " ".repeat(300 * 1024))),
                Arguments.of("expected a JWK set", (JwtIssuer.Serving)
                        (exchange, keys) -> JwtIssuer.respond(exchange, 200, "<html>")),
                Arguments.of("expected a JWK set", (JwtIssuer.Serving)
                        (exchange, keys) -> JwtIssuer.respond(exchange, 200, "{\"keys\":" + "[".repeat(100_000))),
                Arguments.of("there are none", (JwtIssuer.Serving)
                        (exchange, keys) -> JwtIssuer.respond(exchange, 200, "{\"keys\":[]}")));
    }

    @ParameterizedTest
    @MethodSource("troubles")
    void theLogSaysWhyTheKeysCannotBeHad(String reason, JwtIssuer.Serving serving, CapturedOutput output) {
        issuer.serving = serving;
        start(issuer.jwks(), Duration.ofHours(1));
        assertThat(onlyLine(output, "cannot be had"))
                .contains("The keys at " + issuer.jwks() + " cannot be had", reason)
                .doesNotContain("secret");
        assertThat(verifier.verify(issuer.token(JwtIssuer.claims()), "network"))
                .failsWithin(Duration.ofSeconds(10))
                .withThrowableThat()
                .withMessageContaining("no_keys");
    }

    @Test
    void nobodyThereIsSaidWithThePort(CapturedOutput output) {
        start("http://127.0.0.1:1/keys", Duration.ofHours(1));
        assertThat(onlyLine(output, "cannot be had"))
                .contains("http://127.0.0.1:1/keys cannot be had", "ConnectException");
    }

    @Test
    void aRedirectWithinOneServerIsFollowedOverTls() throws Exception {
        SSLContext before = SSLContext.getDefault();
        TlsFiles certificate = TlsFiles.selfSigned(directory, "localhost");
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(
                certificate.bundle().toKeyManagerFactory().getKeyManagers(),
                new TrustManager[] {certificate.bundle().toTrustManager()},
                null);
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        server.setHttpsConfigurator(new HttpsConfigurator(tls));
        server.createContext(
                "/old",
                exchange ->
                        redirect(exchange, "/new?" + exchange.getRequestURI().getPath()));
        server.createContext("/loop", exchange -> redirect(exchange, "/loop"));
        server.createContext("/new", exchange -> JwtIssuer.respond(exchange, 200, issuer.publicKeys()));
        server.start();
        String base = "https://localhost:" + server.getAddress().getPort();
        try {
            SSLContext.setDefault(tls);
            start(base + "/old", Duration.ofHours(1));
            assertGood(issuer.token(JwtIssuer.claims()));
            verifier.close();
            start(base + "/loop", Duration.ofHours(1));
            assertThat(verifier.verify(issuer.token(JwtIssuer.claims()), "network"))
                    .failsWithin(Duration.ofSeconds(10))
                    .withThrowableThat()
                    .withMessageContaining("no_keys");
        } finally {
            SSLContext.setDefault(before);
            server.stop(0);
        }
    }

    @Test
    void anErrorOfAFetchAheadIsLoggedAndHarmsNothingAtHand() {
        Error error = new LinkageError("a class lacks");
        AtomicBoolean fails = new AtomicBoolean();
        OutgoingTraces traces = mock(OutgoingTraces.class, request -> {
            if (fails.get()) {
                throw error;
            }
            return request.callRealMethod();
        });
        start(issuer.jwks(), OFTEN, traces);
        fails.set(true);
        await().dontCatchUncaughtExceptions()
                .atMost(20, TimeUnit.SECONDS)
                .until(() -> lines.messages().contains("The keys at " + issuer.jwks() + " cannot be fetched"));
        assertGood(issuer.token(JwtIssuer.claims()));
        JwksFetcher fetcher = new JwksFetcher(JwksLocation.of(issuer.jwks()).orElseThrow(), traces);
        assertThatThrownBy(() -> fetcher.getJWKSet(null, 0, null)).isSameAs(error);
    }

    private void start(String jwks, Duration refreshInterval) {
        start(jwks, refreshInterval, OutgoingTraces.NONE);
    }

    private void start(String jwks, Duration refreshInterval, OutgoingTraces traces) {
        verifier = new JwtVerifier(
                new JwtProperties(
                        JwtIssuer.ISSUER,
                        List.of(JwtIssuer.AUDIENCE),
                        jwks,
                        refreshInterval,
                        List.of("RS256"),
                        Duration.ZERO,
                        "scope",
                        null),
                Duration.ofMillis(500),
                scheduler,
                traces);
    }

    private void assertGood(String token) {
        assertThat(verifier.verify(token, "network"))
                .succeedsWithin(Duration.ofSeconds(10))
                .extracting(credential -> credential.caller().name())
                .isEqualTo("robot");
    }

    /** Returns the one line of the log that has a text; the log is written by a thread of its own. */
    private static String onlyLine(CapturedOutput output, String text) {
        await().atMost(20, TimeUnit.SECONDS).until(() -> output.toString().contains(text));
        List<String> lines =
                output.toString().lines().filter(line -> line.contains(text)).toList();
        assertThat(lines).hasSize(1);
        return lines.get(0);
    }

    private static void redirect(HttpExchange exchange, String location) throws IOException {
        exchange.getResponseHeaders().add("location", URI.create(location).toString());
        JwtIssuer.respond(exchange, location.startsWith("/") ? 307 : 302, "moved");
    }

    private static void respondCompressed(HttpExchange exchange, String body) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(body.getBytes(StandardCharsets.UTF_8));
        }
        exchange.getResponseHeaders().add("content-encoding", "gzip");
        exchange.sendResponseHeaders(200, bytes.size());
        exchange.getResponseBody().write(bytes.toByteArray());
        exchange.close();
    }
}
