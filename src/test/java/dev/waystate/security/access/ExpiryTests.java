package dev.waystate.security.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.greaterThan;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jwt.JWTClaimsSet;
import dev.waystate.InProcessTest;
import dev.waystate.Recorder;
import dev.waystate.proto.Data;
import dev.waystate.proto.Empty;
import dev.waystate.proto.RequestStreamingGrpc;
import dev.waystate.proto.v1.AppendRequest;
import dev.waystate.proto.v1.AppendResponse;
import dev.waystate.proto.v1.ReadRequest;
import dev.waystate.proto.v1.ReadResponse;
import dev.waystate.proto.v1.Report;
import dev.waystate.proto.v1.StateLogServiceGrpc;
import dev.waystate.security.jwt.JwtIssuer;
import dev.waystate.server.calls.OpenCalls;
import dev.waystate.statelog.StateLog;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import net.devh.boot.grpc.client.inject.GrpcClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** Streams whose credential ceases to hold, beside ones whose credential does not. */
@InProcessTest
@Timeout(60)
class ExpiryTests {

    private static final String TOKEN = "token-of-the-file-1";
    private static final String NEXT_TOKEN = "token-of-the-file-2";

    /** How long a stream goes on that is not ended within the second. */
    private static final Duration OVERDUE = Duration.ofMillis(1_800);

    /** A second, and more for a busy machine. */
    private static final Duration LATEST_END = Duration.ofSeconds(5);

    private static final Duration FETCHED = Duration.ofSeconds(25);

    private static final JwtIssuer ISSUER = new JwtIssuer();

    @TempDir
    static Path directory;

    @GrpcClient("waystate")
    Channel channel;

    @Autowired
    StateLog stateLog;

    @Autowired
    OpenCalls openCalls;

    private Instant end;
    private final Recorder<Data, Empty> reported = new Recorder<>();
    private final Recorder<AppendRequest, AppendResponse> appended = new Recorder<>();
    private final Recorder<ReadRequest, ReadResponse> read = new Recorder<>();

    @DynamicPropertySource
    static void configure(DynamicPropertyRegistry properties) {
        properties.add("waystate.security.callers[0].name", () -> "farm");
        properties.add("waystate.security.callers[0].token-file", () -> write(TOKEN));
        properties.add("waystate.security.callers[0].permissions", () -> "state:write,state:read");
        properties.add("waystate.security.jwt.issuer", () -> JwtIssuer.ISSUER);
        properties.add("waystate.security.jwt.audience", () -> JwtIssuer.AUDIENCE);
        properties.add("waystate.security.jwt.jwks", ISSUER::jwks);
        properties.add("waystate.security.jwt.jwks-refresh-interval", () -> "1s"); // and twice in ten seconds at most
        properties.add("waystate.security.jwt.clock-skew", () -> "0s");
    }

    private static Path write(String... tokens) {
        try {
            return Files.write(directory.resolve("tokens"), List.of(tokens));
        } catch (IOException problem) {
            throw new UncheckedIOException(problem);
        }
    }

    @AfterAll
    static void stop() {
        ISSUER.close();
    }

    /** The first token takes longest; here it may. */
    @BeforeEach
    void chooseTheEnd() {
        assertThat(isGood(ISSUER.token(JwtIssuer.claims()))).isTrue();
        end = Instant.now().truncatedTo(ChronoUnit.SECONDS).plusSeconds(4);
    }

    @AfterEach
    void nothingIsLeftOfTheStreams() {
        reported.cancel();
        appended.cancel();
        read.cancel();
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(openCalls.all()).isEmpty());
    }

    @Test
    void streamsEndWithinASecondOfTheirTokensEndAndWhatWasStoredStays() {
        long before = open(withToken(ISSUER.token(claimsUntil(end))));
        assertEndsAt(end, reported, appended, read);
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(openCalls.all()).isEmpty());
        assertThat(stateLog.head()).isEqualTo(before + 2);
        assertThat(stateLog.read(before, Integer.MAX_VALUE)).hasSize(2);
    }

    /** The control. */
    @Test
    void streamsWhoseTokenIsStillValidGoOn() throws Exception {
        open(withToken(ISSUER.token(claimsUntil(end.plusSeconds(60)))));
        await().pollDelay(Duration.between(Instant.now(), end.plus(OVERDUE)))
                .atMost(Duration.ofSeconds(20))
                .until(() -> true);
        assertThat(reported.hasEnded() || appended.hasEnded() || read.hasEnded())
                .isFalse();
    }

    @Test
    void streamsEndWhenTheirTokenIsTakenOutOfItsFile() {
        write(TOKEN, NEXT_TOKEN);
        await().atMost(Duration.ofSeconds(10)).until(() -> isGood(NEXT_TOKEN));
        Recorder<ReadRequest, ReadResponse> withNext = new Recorder<>();
        follow(withToken(NEXT_TOKEN), withNext);
        open(withToken(TOKEN));

        write(NEXT_TOKEN);
        Instant written = Instant.now();
        // The file is looked at once a second, and twice.
        assertEndsAt(written, LATEST_END.plusSeconds(2), reported, appended, read);
        assertThat(withNext.hasEnded()).isFalse();
        withNext.cancel();
        write(TOKEN);
        await().atMost(Duration.ofSeconds(10)).until(() -> isGood(TOKEN));
    }

    @Test
    void streamsEndWhenTheIssuerWithdrawsTheKeyOfTheirTokenAndNotWhileItIsDown() {
        Recorder<ReadRequest, ReadResponse> withOther = new Recorder<>();
        follow(withToken(JwtIssuer.token(JWSAlgorithm.ES256, ISSUER.ec, JwtIssuer.claims())), withOther);
        open(withToken(ISSUER.token(JwtIssuer.claims())));

        int fetches = ISSUER.fetches.get();
        ISSUER.serving = (exchange, keys) -> JwtIssuer.respond(exchange, 503, keys);
        await().atMost(FETCHED).untilAtomic(ISSUER.fetches, greaterThan(fetches + 1));
        AtomicReference<Instant> withdrawn = new AtomicReference<>();
        ISSUER.keys = List.of(ISSUER.ec);
        ISSUER.serving = (exchange, keys) -> {
            withdrawn.compareAndSet(null, Instant.now());
            JwtIssuer.respond(exchange, 200, keys);
        };
        await().atMost(FETCHED).until(() -> withdrawn.get() != null);
        assertEndsAt(withdrawn.get(), reported, appended, read);
        assertThat(withOther.hasEnded()).isFalse();

        withOther.cancel();
        ISSUER.keys = List.of(ISSUER.rsa, ISSUER.ec);
        ISSUER.serving = JwtIssuer.WELL;
        await().atMost(FETCHED).until(() -> isGood(ISSUER.token(JwtIssuer.claims())));
    }

    private static void assertEndsAt(Instant end, Recorder<?, ?>... streams) {
        assertEndsAt(end, LATEST_END, streams);
    }

    private static void assertEndsAt(Instant end, Duration latest, Recorder<?, ?>... streams) {
        for (Recorder<?, ?> stream : streams) {
            Status status = stream.awaitEnd();
            assertThat(Instant.now()).isBetween(end, end.plus(latest));
            assertThat(status.getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
            assertThat(status.getDescription()).isEqualTo("Expected a credential that is valid here");
        }
    }

    /** Opens one stream of each kind, stores a report with each of those that write, and returns the head before. */
    private long open(Channel caller) {
        long before = stateLog.head();
        RequestStreamingGrpc.newStub(caller).streamState(reported).onNext(Data.getDefaultInstance());
        StreamObserver<AppendRequest> requests =
                StateLogServiceGrpc.newStub(caller).append(appended);
        requests.onNext(AppendRequest.newBuilder()
                .setSource("append-" + before)
                .setFirstSequence(1)
                .addReports(Report.getDefaultInstance())
                .build());
        appended.awaitResponse(1);
        await().atMost(Duration.ofSeconds(10)).until(() -> stateLog.head() == before + 2);
        follow(caller, read);
        return before;
    }

    private void follow(Channel caller, Recorder<ReadRequest, ReadResponse> recorder) {
        StateLogServiceGrpc.newStub(caller)
                .read(
                        ReadRequest.newBuilder()
                                .setAfterPosition(stateLog.head())
                                .setFollow(true)
                                .build(),
                        recorder);
        recorder.awaitResponse(1);
    }

    private boolean isGood(String token) {
        Recorder<AppendRequest, AppendResponse> probe = new Recorder<>();
        StateLogServiceGrpc.newStub(withToken(token)).append(probe).onCompleted();
        return probe.awaitEnd().isOk();
    }

    private Channel withToken(String token) {
        return ClientInterceptors.intercept(channel, Credentials.bearer(token));
    }

    private static JWTClaimsSet.Builder claimsUntil(Instant end) {
        return JwtIssuer.claims().expirationTime(Date.from(end));
    }
}
