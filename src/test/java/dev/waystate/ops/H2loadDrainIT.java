package dev.waystate.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.waystate.ServerProcess;
import dev.waystate.proto.Displacement;
import dev.waystate.proto.Point;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * SIGTERM while h2load, an independent client, sends unary calls without a pause. h2load neither repeats a request nor
 * opens another connection: what it has not sent when GOAWAY comes it counts as failed. So the promise has two parts: it
 * reports no failure when it ends within the drain delay, and without a delay every request that did go out is answered.
 */
@Timeout(120)
class H2loadDrainIT {

    private static final Pattern SUMMARY = Pattern.compile(
            "requests: \\d+ total, (?<started>\\d+) started, \\d+ done, (?<succeeded>\\d+) succeeded, (?<failed>\\d+) failed,"
                    + " (?<errored>\\d+) errored, (?<timeout>\\d+) timeout");

    /** So many that h2load is still sending when it is cut off. */
    private static final String ENDLESS = "100000000";

    private static final long REQUESTS_BEFORE_THE_END = 20_000;
    private static final Duration EXIT_TIMEOUT = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    @BeforeEach
    void findH2load() {
        assumeTrue(Command.isOnPath("h2load"), "h2load is not on the PATH: Debian package nghttp2-client");
    }

    @Test
    void sigtermWithADrainDelayFailsNoRequestOfAClientThatEndsInTime() throws Exception {
        try (ServerProcess server = ServerProcess.start(directory, "--waystate.server.drain-delay=8s");
                FrameRelay relay = new FrameRelay(server.grpcPort());
                Client client = Client.of(server);
                Command h2load = h2load(relay, "-D", "6s")) {
            awaitRequests(relay);

            server.process().destroy();
            await().atMost(Duration.ofSeconds(3)).until(() -> client.health("") == ServingStatus.NOT_SERVING);
            assertThat(h2load.process().isAlive()).isTrue();
            long requestsAtTheSignal = relay.requests();

            assertThat(h2load.awaitExit(EXIT_TIMEOUT)).isZero();
            Matcher summary = summary(h2load);
            assertThat(count(summary, "failed")).isZero();
            assertThat(count(summary, "errored")).isZero();
            assertThat(count(summary, "timeout")).isZero();
            assertThat(count(summary, "succeeded")).isGreaterThan(requestsAtTheSignal);
            assertThat(relay.responseMessages()).isGreaterThanOrEqualTo(count(summary, "succeeded"));
            assertThat(server.terminate()).isEqualTo(143);
        }
    }

    @Test
    void sigtermAnswersEveryRequestThatWasSent() throws Exception {
        try (ServerProcess server = ServerProcess.start(directory);
                FrameRelay relay = new FrameRelay(server.grpcPort());
                Command h2load = h2load(relay, "-n", ENDLESS)) {
            awaitRequests(relay);

            assertThat(server.terminate()).isEqualTo(143);

            h2load.awaitExit(EXIT_TIMEOUT);
            assertThat(relay.ends()).isEqualTo(relay.requests());
            assertThat(relay.responseMessages()).isEqualTo(relay.requests());
            assertThat(count(summary(h2load), "succeeded")).isEqualTo(relay.requests());
        }
    }

    /** The control: requests that were sent and are lost are noticed. */
    @Test
    void sigkillLosesRequestsThatWereSent() throws Exception {
        try (ServerProcess server = ServerProcess.start(directory);
                FrameRelay relay = new FrameRelay(server.grpcPort());
                Command h2load = h2load(relay, "-n", ENDLESS)) {
            awaitRequests(relay);

            server.kill();

            h2load.awaitExit(EXIT_TIMEOUT);
            assertThat(relay.ends()).isLessThan(relay.requests());
            assertThat(count(summary(h2load), "succeeded")).isLessThan(relay.requests());
        }
    }

    private static void awaitRequests(FrameRelay relay) {
        await().atMost(Duration.ofSeconds(30)).until(() -> relay.requests() > REQUESTS_BEFORE_THE_END);
    }

    private Command h2load(FrameRelay relay, String... amount) throws IOException {
        List<String> words = new ArrayList<>(List.of("h2load", "-c", "4", "-m", "10"));
        words.addAll(List.of(amount));
        words.addAll(
                List.of("-d", Files.write(directory.resolve("body"), body()).toString()));
        words.addAll(List.of("-H", "content-type: application/grpc", "-H", "te: trailers"));
        words.add("http://127.0.0.1:" + relay.port() + "/my_package.DisplacementService/computeDisplacement");
        return Command.start(directory, words);
    }

    /** Returns a request as gRPC frames it: not compressed, its length, its bytes. */
    private static byte[] body() {
        byte[] message = Displacement.newBuilder()
                .setEnd(Point.newBuilder().setX(3).setY(4))
                .build()
                .toByteArray();
        return ByteBuffer.allocate(5 + message.length)
                .put((byte) 0)
                .putInt(message.length)
                .put(message)
                .array();
    }

    private static Matcher summary(Command h2load) throws IOException {
        Matcher summary = SUMMARY.matcher(h2load.output());
        assertThat(summary.find()).as(h2load.output()).isTrue();
        return summary;
    }

    private static long count(Matcher summary, String name) {
        return Long.parseLong(summary.group(name));
    }
}
