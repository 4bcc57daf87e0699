package dev.waystate.security.jwt;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import dev.waystate.security.access.Credential;
import dev.waystate.security.access.TokenHash;
import dev.waystate.server.lifecycle.Scheduler;
import dev.waystate.server.telemetry.OutgoingTraces;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** More new tokens than can be verified at once. */
@Timeout(60)
class VerificationFloodTests {

    private static final RSAKey NEXT = JwtIssuer.rsaKey("rsa-2");
    private static final int SHARE = JwtVerifier.MAX_WAITING / 2;
    private static final Duration SOON = Duration.ofSeconds(10);

    private final JwtIssuer issuer = new JwtIssuer();
    private final CountDownLatch answer = new CountDownLatch(1);
    private final Scheduler scheduler = new Scheduler(outOfMemory -> {});
    private JwtVerifier verifier;

    @BeforeEach
    void start() {
        verifier = new JwtVerifier(
                new JwtProperties(
                        JwtIssuer.ISSUER,
                        List.of(JwtIssuer.AUDIENCE),
                        issuer.jwks(),
                        Duration.ofHours(1),
                        List.of("RS256", "ES256"),
                        Duration.ZERO,
                        "scope",
                        null),
                Duration.ZERO,
                scheduler,
                OutgoingTraces.NONE);
        issuer.keys = List.of(issuer.rsa, issuer.ec, NEXT);
        issuer.serving = (exchange, keys) -> {
            answer.await(30, TimeUnit.SECONDS);
            JwtIssuer.WELL.answer(exchange, keys);
        };
    }

    @AfterEach
    void stop() {
        answer.countDown();
        verifier.close();
        scheduler.close();
        issuer.close();
    }

    @Test
    void aFloodOfOneNetworkKeepsNobodyOfAnotherFromBeingVerified() {
        List<CompletableFuture<Credential>> flood = flood(token(NEXT), SHARE + 10);
        assertThat(flood.subList(0, SHARE)).noneMatch(CompletableFuture::isDone);
        assertThat(flood.subList(SHARE, SHARE + 10)).allSatisfy(VerificationFloodTests::assertBusy);

        assertThat(verifier.verify(token(issuer.rsa), "other")).succeedsWithin(SOON);
        CompletableFuture<Credential> held = verifier.verify(token(NEXT), "other");
        assertBusy(verifier.verify(token(issuer.rsa), "flood")); // the control
        answer.countDown();
        assertThat(held).succeedsWithin(SOON);
        assertThat(flood.subList(0, SHARE))
                .allSatisfy(verified -> assertThat(verified).succeedsWithin(SOON));
        assertThat(verifier.verify(token(issuer.rsa), "flood")).succeedsWithin(SOON);
    }

    @Test
    void falseTokensDoNotHoldUpThoseThatAreKnown() {
        String good = token(issuer.rsa);
        assertThat(verifier.known(TokenHash.of(good))).isEmpty();
        assertThat(verifier.verify(good, "other")).succeedsWithin(SOON);
        String[] parts = JwtIssuer.token(JWSAlgorithm.ES256, issuer.ec, JwtIssuer.claims())
                .split("\\.");
        List<CompletableFuture<Credential>> flood =
                flood(parts[0] + "." + parts[1] + "." + Base64URL.encode("x".repeat(64)), SHARE);
        assertThat(verifier.known(TokenHash.of(good))).isPresent();
        assertThat(flood).anyMatch(verification -> !verification.isDone());
        assertThat(flood)
                .allSatisfy(verification -> assertThat(verification)
                        .failsWithin(SOON)
                        .withThrowableThat()
                        .withMessageContaining("wrong_signature"));
    }

    private List<CompletableFuture<Credential>> flood(String token, int number) {
        return IntStream.range(0, number)
                .mapToObj(any -> verifier.verify(token, "flood"))
                .toList();
    }

    private static void assertBusy(CompletableFuture<Credential> verification) {
        assertThat(verification).failsWithin(Duration.ZERO).withThrowableThat().withMessageContaining("busy");
    }

    private static String token(RSAKey key) {
        return JwtIssuer.token(JWSAlgorithm.RS256, key, JwtIssuer.claims());
    }
}
