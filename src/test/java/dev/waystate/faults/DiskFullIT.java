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
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
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

    /** How many reports were acknowledged, and how the next one was refused. */
    private record Filled(long acknowledged, Status refusal) {}

    @Test
    void aFullDiskRefusesPolitelyLosesNothingAndHealsByItself() throws Exception {
        Mount.assumePermitted();
        try (Mount small = Mount.tmpfs(directory.resolve("small"), "16m")) {
            Path ballast = writeBallast(small);
            try (ServerProcess server = ServerProcess.start(directory, logOn(small));
                    Client client = Client.of(server)) {
                fillAndHeal(server, client.channel(), ballast);
            }
        }
    }

    @Test
    void aServerThatWasKilledOnAFullDiskSaysThatItNeedsRoomAndLosesNothing() throws Exception {
        Mount.assumePermitted();
        try (Mount small = Mount.tmpfs(directory.resolve("small"), "16m")) {
            Path ballast = writeBallast(small);
            long acknowledged;
            try (ServerProcess server = ServerProcess.start(directory, logOn(small));
                    Client client = Client.of(server)) {
                acknowledged = fill(server, client.channel()).acknowledged;
                server.kill();
            }
            try (ServerProcess full = ServerProcess.launch(directory, List.of(), logOn(small))) {
                assertThat(full.process().waitFor(60, TimeUnit.SECONDS)).isTrue();
                assertThat(full.process().exitValue()).isOne();
                await().untilAsserted(() -> assertThat(full.output())
                        .anyMatch(line -> line.contains("Expected room on the disk of the state log "))
                        .noneMatch(line -> line.startsWith("\tat ")));
            }
            Files.delete(ballast);
            try (ServerProcess again = ServerProcess.start(directory, logOn(small))) {
                assertThat(LogAudit.dump(again.grpcPort())).hasSize((int) acknowledged);
            }
        }
    }

    /** Takes half of the room, so that it can be given back. */
    private static Path writeBallast(Mount small) throws IOException {
        return Files.write(small.directory().resolve("ballast"), new byte[8 * 1024 * 1024]);
    }

    private static String logOn(Mount small) {
        return "--waystate.state-log.file=" + small.directory().resolve("waystate.db");
    }

    private static Filled fill(ServerProcess server, ManagedChannel channel) throws Exception {
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
        return new Filled(acknowledged, refusal);
    }

    private static void fillAndHeal(ServerProcess server, ManagedChannel channel, Path ballast) throws Exception {
        Filled filled = fill(server, channel);
        assertThat(StatusProto.fromThrowable(filled.refusal.getCause())
                        .getDetails(0)
                        .is(RetryInfo.class))
                .isTrue();
        assertThat(LogAudit.dump(server.grpcPort())).hasSize((int) filled.acknowledged);

        long next = filled.acknowledged + 1;
        assertThat(append(channel, next).awaitEnd().getCode()) // the control: time alone heals nothing
                .isEqualTo(Code.RESOURCE_EXHAUSTED);
        Files.delete(ballast);
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
