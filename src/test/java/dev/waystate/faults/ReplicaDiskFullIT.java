package dev.waystate.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.rpc.RetryInfo;
import dev.waystate.KafkaBroker;
import dev.waystate.Recorder;
import dev.waystate.faults.LogAudit.Contents;
import dev.waystate.ops.Client;
import dev.waystate.proto.v1.AppendRequest;
import dev.waystate.proto.v1.AppendResponse;
import dev.waystate.proto.v1.Record;
import dev.waystate.proto.v1.Report;
import dev.waystate.proto.v1.StateLogServiceGrpc;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A replica whose disk is full waits at its place in the topic: it refuses reports, still reads, and heals by itself. */
@Timeout(300)
class ReplicaDiskFullIT {

    private static final String SOURCE = "filler";
    private static final int REPORT_BYTES = 4_000;
    private static final int OTHER = 0;
    private static final int FULL = 1;

    @TempDir
    Path directory;

    @Test
    void fullDiskRefusesPolitelyDecidesNothingAndHealsByItself() throws Exception {
        Mount.assumePermitted();
        try (Mount small = Mount.tmpfs(directory.resolve("replica-" + FULL).resolve("data"), "16m")) {
            Path ballast = Files.write(small.directory().resolve("ballast"), new byte[8 * 1024 * 1024]);
            try (Replicas replicas = Replicas.start(
                            directory, 2, KafkaBroker.shared().bootstrap(), "full-disk-" + UUID.randomUUID());
                    Client full = Client.of(replicas.process(FULL));
                    Client other = Client.of(replicas.process(OTHER))) {
                fillAndHeal(replicas, full, other, ballast);
            }
        }
    }

    private static void fillAndHeal(Replicas replicas, Client full, Client other, Path ballast) throws Exception {
        long acknowledged = 0;
        Status refusal = Status.OK;
        while (refusal.isOk() && acknowledged < 10_000) {
            refusal = append(full, acknowledged + 1).awaitEnd();
            acknowledged += refusal.isOk() ? 1 : 0;
        }
        assertThat(refusal.getCode())
                .as(() -> String.join("\n", replicas.process(FULL).output()))
                .isEqualTo(Code.UNAVAILABLE);
        assertThat(StatusProto.fromThrowable(refusal.getCause()).getDetails(0).is(RetryInfo.class))
                .isTrue();
        assertThat(LogAudit.dump(replicas.port(FULL)))
                .as("what it has is read from it")
                .hasSize((int) acknowledged);

        long next = acknowledged + 1;
        assertThat(append(other, next).awaitEnd())
                .as("the other replica goes on")
                .isEqualTo(Status.OK);
        assertThat(append(full, next).awaitEnd().getCode()) // the control: time alone heals nothing
                .isEqualTo(Code.UNAVAILABLE);
        Files.delete(ballast);
        await().atMost(Duration.ofSeconds(20))
                .until(() -> append(full, next + 1).awaitEnd().isOk());

        Contents contents = replicas.awaitAgreement();
        assertThat(contents.records()).extracting(Record::getSequence).hasSize((int) next + 1);
        for (int i = 0; i < contents.records().size(); i++) {
            assertThat(contents.records().get(i).getSequence()).isEqualTo(i + 1);
        }
        assertThat(replicas.process(FULL).output())
                .filteredOn(line -> line.contains("The view waits at its place in the topic"))
                .hasSize(1);
    }

    private static Recorder<AppendRequest, AppendResponse> append(Client client, long sequence) {
        Recorder<AppendRequest, AppendResponse> recorder = new Recorder<>();
        StreamObserver<AppendRequest> requests =
                StateLogServiceGrpc.newStub(client.channel()).append(recorder);
        requests.onNext(AppendRequest.newBuilder()
                .setSource(SOURCE)
                .setFirstSequence(sequence)
                .addReports(Report.newBuilder().setInfo("x".repeat(REPORT_BYTES)))
                .build());
        requests.onCompleted();
        return recorder;
    }
}
