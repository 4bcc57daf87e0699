package dev.waystate.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waystate.Recorder;
import dev.waystate.ServerProcess;
import dev.waystate.proto.Data;
import dev.waystate.proto.Empty;
import dev.waystate.proto.RequestStreamingGrpc;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.stub.StreamObserver;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One of two servers behind a client's round robin ends while the client is calling. */
@Timeout(120)
class DrainIT {

    private static final long CALLS = 2000;

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"0s", "1s"})
    void sigtermUnderLoadLosesNoCallAndIsAnnounced(String drainDelay) throws Exception {
        try (ServerProcess leaving = start(drainDelay);
                Client watcher = Client.of(leaving);
                Client client = Client.of(leaving, ServerProcess.shared());
                Load load = Load.start(client)) {
            HealthWatch watch = HealthWatch.open(watcher.channel(), "");
            load.awaitSucceeded(CALLS);

            Instant signalled = Instant.now();
            int exitCode = leaving.terminate();
            Duration untilExit = Duration.between(signalled, Instant.now());
            load.awaitSucceeded(CALLS);

            assertThat(load.finish()).isEmpty();
            assertThat(exitCode).isEqualTo(143);
            assertThat(untilExit).isLessThan(Duration.ofSeconds(10));
            assertThat(watch.seen()).containsExactly(ServingStatus.SERVING, ServingStatus.NOT_SERVING);
        }
    }

    /** The control: calls that are lost are noticed, and the load does reach both servers. */
    @Test
    void sigkillUnderLoadLosesCalls() throws Exception {
        try (ServerProcess leaving = start("0s");
                Client client = Client.of(leaving, ServerProcess.shared());
                Load load = Load.start(client)) {
            load.awaitSucceeded(CALLS);

            leaving.kill();
            load.awaitSucceeded(CALLS);

            List<Throwable> failures = load.finish();
            assertThat(failures).isNotEmpty();
        }
    }

    /** Both ports stop at the same time, and only one of them may ask whether the stream goes on. */
    @Test
    void aStreamThatGoesOnIsFinishedThoughTheHttpPortHasAFollower() throws Exception {
        try (ServerProcess server = start("0s");
                Client client = Client.of(server)) {
            HttpResponse<InputStream> follower = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create(
                                            "http://localhost:" + server.httpPort() + "/api/records?follow=true"))
                                    .build(),
                            BodyHandlers.ofInputStream());
            assertThat(follower.statusCode()).isEqualTo(200);
            Recorder<Data, Empty> recorder = new Recorder<>();
            StreamObserver<Data> reports =
                    RequestStreamingGrpc.newStub(client.channel()).streamState(recorder);
            for (int i = 0; i < 40; i++) {
                reports.onNext(Data.getDefaultInstance());
                if (i == 10) {
                    server.process().destroy();
                }
                Thread.sleep(100);
            }
            reports.onCompleted();

            assertThat(recorder.awaitEnd()).isEqualTo(Status.OK);
            assertThat(server.terminate()).isEqualTo(143);
            follower.body().close();
        }
    }

    private ServerProcess start(String drainDelay) throws Exception {
        return ServerProcess.start(directory, "--waystate.server.drain-delay=" + drainDelay);
    }
}
