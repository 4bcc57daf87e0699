package dev.waystate.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waystate.ServerProcess;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
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

    private ServerProcess start(String drainDelay) throws Exception {
        return ServerProcess.start(directory, "--waystate.server.drain-delay=" + drainDelay);
    }
}
