package dev.waystate.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.waystate.ServerProcess;
import dev.waystate.proto.v1.Record;
import io.grpc.ManagedChannel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sync that fails stops the log for good: what it should have written may be gone. */
class SyncFailureIT {

    /** The sync of the write-ahead log that fails. Those after it would not. */
    private static final int FAILING_SYNC = 100;

    private static final int EXIT_CODE = 74;

    @TempDir
    Path directory;

    @Test
    void nothingIsAcknowledgedAfterASyncThatFailed() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/strace")), "Skipped: failing syncs need strace");
        AtomicLong acknowledged = new AtomicLong();
        HealthWatch watch = new HealthWatch();
        String walFile = directory.toRealPath().resolve("data/waystate.db-wal").toString();
        List<String> failingSyncs = List.of(
                "/usr/bin/strace",
                "-f",
                "--seccomp-bpf",
                "-o",
                directory.resolve("strace").toString(),
                "-P",
                walFile,
                "-e",
                "trace=fsync,fdatasync",
                "-e",
                "inject=fsync,fdatasync:error=EIO:when=" + FAILING_SYNC);
        try (ServerProcess server = ServerProcess.launch(directory, failingSyncs, ServerProcess.WITHOUT_HTTP)) {
            await().atMost(Duration.ofMinutes(2)).until(() -> serves(server));
            ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", server.grpcPort())
                    .usePlaintext()
                    .build();
            HealthGrpc.newStub(channel).watch(HealthCheckRequest.getDefaultInstance(), watch);
            Thread appender =
                    new Thread(new JournalingAppender("a", server.grpcPort(), acknowledged, new AtomicBoolean()));
            appender.start();
            await().atMost(Duration.ofMinutes(1))
                    .until(() -> server.output().stream()
                            .anyMatch(line -> line.contains("The state log cannot be written")));
            await().atMost(Duration.ofSeconds(10)).until(() -> watch.last == ServingStatus.NOT_SERVING);
            assertThat(server.process().waitFor(40, TimeUnit.SECONDS)).isTrue();
            assertThat(server.process().exitValue()).isEqualTo(EXIT_CODE);
            appender.join(30_000);
            channel.shutdownNow();
        }
        assertThat(acknowledged.get()).isPositive();
        List<String> syncs = Files.readAllLines(directory.resolve("strace")).stream()
                .filter(line -> line.contains("sync("))
                .toList();
        assertThat(syncs).last().asString().endsWith("(INJECTED)");
        assertThatAllIsThere(acknowledged.get());
    }

    /** The start after a process was killed moves its write-ahead log into the file, and is over when that fails. */
    @Test
    void aStartThatCannotSyncTheFileFailsWithTheReasonAndLosesNothing() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/strace")), "Skipped: failing syncs need strace");
        AtomicLong acknowledged = new AtomicLong();
        AtomicBoolean stopped = new AtomicBoolean();
        try (ServerProcess server = ServerProcess.start(directory, ServerProcess.WITHOUT_HTTP)) {
            Thread appender = new Thread(new JournalingAppender("a", server.grpcPort(), acknowledged, stopped));
            appender.start();
            await().atMost(Duration.ofMinutes(1)).until(() -> acknowledged.get() > 50);
            server.kill();
            stopped.set(true);
            appender.join(30_000);
        }
        List<String> failingSyncs = List.of(
                "/usr/bin/strace",
                "-f",
                "--seccomp-bpf",
                "-o",
                "/dev/null",
                "-P",
                directory.toRealPath().resolve("data/waystate.db").toString(),
                "-e",
                "trace=fsync,fdatasync",
                "-e",
                "inject=fsync,fdatasync:error=EIO");
        try (ServerProcess failing = ServerProcess.launch(directory, failingSyncs, ServerProcess.WITHOUT_HTTP)) {
            assertThat(failing.process().waitFor(2, TimeUnit.MINUTES)).isTrue();
            assertThat(failing.process().exitValue()).isEqualTo(1);
            assertThat(failing.output()).anyMatch(line -> line.contains("Cannot open the state log"));
            assertThat(failing.output()).anyMatch(line -> line.contains("SQLITE_IOERR_FSYNC"));
        }
        assertThat(directory.resolve("data/waystate.db-wal")).isNotEmptyFile();
        assertThatAllIsThere(acknowledged.get());
    }

    /** The batches whose sync failed are not there: had they been acknowledged, the audit would miss them. */
    private void assertThatAllIsThere(long acknowledged) throws Exception {
        try (ServerProcess restarted = ServerProcess.start(directory, ServerProcess.WITHOUT_HTTP)) {
            List<Record> log = LogAudit.dump(restarted.grpcPort());
            assertThat(LogAudit.audit(log, Map.of("a", acknowledged), Set.of())).isEmpty();
        }
    }

    private static boolean serves(ServerProcess server) {
        assertThat(server.process().isAlive()).isTrue();
        return server.output().stream().anyMatch(line -> line.contains("Started WaystateApplication"));
    }

    private static final class HealthWatch implements StreamObserver<HealthCheckResponse> {

        private volatile ServingStatus last;

        @Override
        public void onNext(HealthCheckResponse response) {
            last = response.getStatus();
        }

        @Override
        public void onError(Throwable gone) {}

        @Override
        public void onCompleted() {}
    }
}
