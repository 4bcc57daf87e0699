package dev.waystate.console.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waystate.console.live.LivePage.Event;
import dev.waystate.security.jwt.JwtIssuer;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** Pages of a server that asks for credentials. */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "grpc.server.port=-1",
            "grpc.server.in-process-name=frames-access",
            "waystate.state-log.file=target/test-logs/${random.uuid}/waystate.db",
            "waystate.security.callers[0].name=reader",
            "waystate.security.callers[0].tokens=token-of-the-reader",
            "waystate.security.callers[0].permissions=state:read",
            "waystate.security.callers[1].name=writer",
            "waystate.security.callers[1].tokens=token-of-the-writer",
            "waystate.security.callers[1].permissions=state:write,displacement:compute",
            "waystate.security.callers[2].name=impatient",
            "waystate.security.callers[2].tokens=token-of-the-impatient",
            "waystate.security.callers[2].permissions=state:read",
            "waystate.limits.caller-rate=1",
            "waystate.limits.caller-burst=" + FramesAccessIT.BURST,
            "waystate.security.refused-rate=1",
            "waystate.security.refused-burst=20"
        })
@DirtiesContext
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class FramesAccessIT {

    static final int BURST = 20;

    private static final JwtIssuer ISSUER = new JwtIssuer();

    /** How much longer than it says a token is good for. */
    private static final Duration CLOCK_SKEW = Duration.ofSeconds(30);

    @LocalServerPort
    int port;

    @Autowired
    FrameHub hub;

    @DynamicPropertySource
    static void configure(DynamicPropertyRegistry properties) {
        properties.add("waystate.security.jwt.issuer", () -> JwtIssuer.ISSUER);
        properties.add("waystate.security.jwt.audience", () -> JwtIssuer.AUDIENCE);
        properties.add("waystate.security.jwt.jwks", ISSUER::jwks);
    }

    @AfterAll
    static void stopIssuer() {
        ISSUER.close();
    }

    @Test
    void aCallerThatMayReadIsLetIn() throws Exception {
        try (LivePage page = open("Bearer token-of-the-reader")) {
            assertThat(page.response().statusCode()).isEqualTo(200);
            assertThat(page.nextNews().type()).isEqualTo("hello");
        }
    }

    @Test
    void aPageWithoutATokenIsAskedForOne() throws Exception {
        try (LivePage page = LivePage.open(port, "")) {
            assertRefused(page);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"Bearer token-of-nobody-1", "Bearer ", "Basic cmVhZGVyOng=", "Bearer a.b.c", "Bearer tökén"})
    void aWrongTokenIsRefused(String authorization) throws Exception {
        try (LivePage page = open(authorization)) {
            assertRefused(page);
        }
    }

    @Test
    void aTokenInTheAddressCountsForNothing() throws Exception {
        try (LivePage page = LivePage.open(port, "access_token=token-of-the-reader")) {
            assertRefused(page);
        }
    }

    @Test
    void aCallerThatMayNotReadIsRefused() throws Exception {
        try (LivePage page = open("Bearer token-of-the-writer")) {
            assertThat(page.response().statusCode()).isEqualTo(403);
            assertThat(page.problem().get("code").asString()).isEqualTo("PERMISSION_DENIED");
        }
    }

    @Test
    void aCallerThatComesTooOftenHasToWaitAndOthersHaveNot(CapturedOutput output) throws Exception {
        for (int i = 0; i < BURST; i++) {
            try (LivePage page = open("Bearer token-of-the-impatient")) {
                assertThat(page.response().statusCode()).isEqualTo(200);
            }
        }
        String refused = await().until(
                        () -> LivePage.headers(
                                port,
                                InetAddress.getByName("127.0.0.2"),
                                "Authorization: Bearer token-of-the-impatient"),
                        answer -> answer.startsWith("HTTP/1.1 429 "));
        assertThat(refused).contains("Retry-After: 1\n");
        try (LivePage other = open("Bearer token-of-the-reader")) {
            assertThat(other.response().statusCode()).isEqualTo(200);
        }
        await().untilAsserted(() -> assertThat(output.getOut())
                .containsPattern("GET /console/frames\" .*code=CANCELLED .*caller=\"impatient\"")
                .containsPattern("GET /console/frames\" .*code=RESOURCE_EXHAUSTED "));
    }

    @Test
    void aStreamEndsWhenItsTokenExpiresAndOthersGoOn() throws Exception {
        Instant end = Instant.now().plusSeconds(3).truncatedTo(ChronoUnit.SECONDS);
        try (LivePage page = open("Bearer " + token(end.minus(CLOCK_SKEW)));
                LivePage other = open("Bearer token-of-the-reader")) {
            assertThat(page.response().statusCode()).isEqualTo(200);
            Event event = page.nextNews();
            while (!event.type().equals("error")) {
                event = page.nextNews();
            }
            assertThat(event.data().get("code").asString()).isEqualTo("UNAUTHENTICATED");
            assertThat(page.nextNews().type()).isEqualTo("end");
            assertThat(Instant.now()).isBetween(end, end.plusSeconds(5)); // a second, and more for a busy machine
            assertThat(hub.streams()).isPositive();
            assertThat(other.nextNews().type()).isEqualTo("hello");
        }
    }

    @Test
    void anExpiredTokenIsRefused() throws Exception {
        try (LivePage page = open("Bearer " + token(Instant.now().minusSeconds(600)))) {
            assertRefused(page);
        }
    }

    /** The rate is that of the HTTP client's address, and whoever is known is let in all the same. */
    @Test
    void whoeverGuessesHasToWait() throws Exception {
        String headers = await().atMost(Duration.ofSeconds(20))
                .until(() -> headersFromElsewhere("token-of-nobody-2"), answer -> answer.startsWith("HTTP/1.1 429 "));

        assertThat(headers).containsPattern("\nRetry-After: [1-9]");
        assertThat(headersFromElsewhere("token-of-the-reader")).startsWith("HTTP/1.1 200 ");
        try (LivePage page = open("Bearer token-of-nobody-2")) {
            assertRefused(page);
        }
    }

    private String headersFromElsewhere(String token) throws IOException {
        return LivePage.headers(port, InetAddress.getByName("127.0.0.2"), "Authorization: Bearer " + token);
    }

    private static void assertRefused(LivePage page) {
        assertThat(page.response().statusCode()).isEqualTo(401);
        assertThat(page.response().headers().firstValue("WWW-Authenticate")).contains("Bearer");
        assertThat(page.problem().get("code").asString()).isEqualTo("UNAUTHENTICATED");
    }

    private LivePage open(String authorization) throws Exception {
        return LivePage.open(port, "", "Authorization", authorization);
    }

    private static String token(Instant end) {
        return ISSUER.token(JwtIssuer.claims().claim("scope", "state:read").expirationTime(Date.from(end)));
    }
}
