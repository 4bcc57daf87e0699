package dev.waystate.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.rpc.RetryInfo;
import dev.waystate.Recorder;
import dev.waystate.ServerProcess;
import dev.waystate.ops.Client;
import dev.waystate.proto.v1.AppendRequest;
import dev.waystate.proto.v1.AppendResponse;
import dev.waystate.proto.v1.Record;
import dev.waystate.proto.v1.Report;
import dev.waystate.proto.v1.StateLogServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A full disk refuses reports and nothing else, and heals by itself. */
class DiskFullIT {

    private static final String SOURCE = "filler";
    private static final int REPORT_BYTES = 4_000;

    @TempDir
    Path directory;

    @Test
    void aFullDiskRefusesPolitelyLosesNothingAndHealsByItself() throws Exception {
        Mount.assumePermitted();
        try (Mount small = Mount.tmpfs(directory.resolve("small"), "16m")) {
            Path ballast = small.directory().resolve("ballast");
            Files.write(ballast, new byte[8 * 1024 * 1024]);
            try (ServerProcess server = ServerProcess.start(
                    directory, "--waystate.state-log.file=" + small.directory().resolve("waystate.db"))) {
                ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", server.grpcPort())
                        .usePlaintext()
                        .build();
                try {
                    fillAndHeal(server, channel, ballast);
                } finally {
                    channel.shutdownNow();
                }
            }
        }
    }

    @Test
    void aServerThatWasKilledOnAFullDiskSaysThatItNeedsRoomAndLosesNothing() throws Exception {
        Mount.assumePermitted();
        try (Mount small = Mount.tmpfs(directory.resolve("small"), "16m")) {
            Path ballast = small.directory().resolve("ballast");
            Files.write(ballast, new byte[8 * 1024 * 1024]);
            String file = "--waystate.state-log.file=" + small.directory().resolve("waystate.db");
            long acknowledged = 0;
            try (ServerProcess server = ServerProcess.start(directory, file);
                    Client client = Client.of(server)) {
                Status last = append(client.channel(), 1).awaitEnd();
                while (last.isOk() && acknowledged < 10_000) {
                    acknowledged++;
                    last = append(client.channel(), acknowledged + 1).awaitEnd();
                }
                assertThat(last.getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED);
                server.kill();
            }
            try (ServerProcess full = ServerProcess.launch(directory, List.of(), file)) {
                assertThat(full.process().waitFor(60, TimeUnit.SECONDS)).isTrue();
                assertThat(full.process().exitValue()).isOne();
                await().untilAsserted(() -> assertThat(full.output())
                        .anyMatch(line -> line.contains("Expected room on the disk of the state log "))
                        .noneMatch(line -> line.startsWith("\tat ")));
            }
            Files.delete(ballast);
            try (ServerProcess again = ServerProcess.start(directory, file)) {
                assertThat(LogAudit.dump(again.grpcPort())).hasSize((int) acknowledged);
            }
        }
    }

    private void fillAndHeal(ServerProcess server, ManagedChannel channel, Path ballast) throws Exception {
        long acknowledged = 0;
        Status refusal = null;
        while (refusal == null && acknowledged < 10_000) {
            Recorder<AppendRequest, AppendResponse> recorder = append(channel, acknowledged + 1);
            Status status = recorder.awaitEnd();
            if (status.isOk()) {
                acknowledged = recorder.responses().get(0).getDurableSequence();
            } else {
                refusal = status;
            }
        }
        assertThat(refusal).isNotNull();
        assertThat(refusal.getCode())
                .as(() -> String.join("\n", server.output()))
                .isEqualTo(Code.RESOURCE_EXHAUSTED);
        assertThat(StatusProto.fromThrowable(refusal.getCause()).getDetails(0).is(RetryInfo.class))
                .isTrue();
        List<Record> log = LogAudit.dump(server.grpcPort());
        assertThat(log).hasSize((int) acknowledged);

        assertThat(append(channel, acknowledged + 1).awaitEnd().getCode()) // the control: time alone heals nothing
                .isEqualTo(Code.RESOURCE_EXHAUSTED);
        Files.delete(ballast);
        long next = acknowledged + 1;
        await().atMost(Duration.ofSeconds(20))
                .until(() -> append(channel, next).awaitEnd().isOk());
        assertThat(LogAudit.audit(withoutPadding(LogAudit.dump(server.grpcPort())), Map.of(SOURCE, next), Set.of()))
                .isEmpty();
        assertThat(server.output())
                .filteredOn(line -> line.contains("The disk is full"))
                .hasSize(1);
    }

    private static Recorder<AppendRequest, AppendResponse> append(ManagedChannel channel, long sequence) {
        Recorder<AppendRequest, AppendResponse> recorder = new Recorder<>();
        StreamObserver<AppendRequest> requests =
                StateLogServiceGrpc.newStub(channel).append(recorder);
        requests.onNext(AppendRequest.newBuilder()
                .setSource(SOURCE)
                .setFirstSequence(sequence)
                .addReports(Report.newBuilder().setInfo(SOURCE + " " + sequence + " ".repeat(REPORT_BYTES)))
                .build());
        requests.onCompleted();
        return recorder;
    }

    private static List<Record> withoutPadding(List<Record> log) {
        return log.stream()
                .map(record ->
                        record.toBuilder().setInfo(record.getInfo().strip()).build())
                .toList();
    }
}
