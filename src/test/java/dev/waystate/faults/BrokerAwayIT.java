package dev.waystate.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.rpc.RetryInfo;
import dev.waystate.KafkaBroker;
import dev.waystate.Recorder;
import dev.waystate.ServerProcess;
import dev.waystate.ops.Client;
import dev.waystate.proto.v1.AppendRequest;
import dev.waystate.proto.v1.AppendResponse;
import dev.waystate.proto.v1.Report;
import dev.waystate.proto.v1.StateLogServiceGrpc;
import io.grpc.Channel;
import io.grpc.Status.Code;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The only broker is away while a replica serves. */
@Timeout(120)
class BrokerAwayIT {

    /** Four seconds, and more for a busy machine. */
    private static final Duration REFUSED = Duration.ofSeconds(15);

    /** Less than the four seconds that an entry is given: it is given none. */
    private static final Duration AT_ONCE = Duration.ofSeconds(3);

    private static final Duration HEALED = Duration.ofSeconds(20);
    private static final int STREAMS = 50;

    @TempDir
    Path directory;

    private KafkaBroker broker;
    private ServerProcess replica;
    private Client client;

    @BeforeEach
    void start() throws Exception {
        broker = KafkaBroker.start(directory.resolve("broker"));
        replica = ServerProcess.start(directory, Replicas.arguments(broker.bootstrap(), "reports", 1));
        client = Client.of(replica);
        await().atMost(Duration.ofSeconds(30)).until(() -> client.health("") == ServingStatus.SERVING);
        assertThat(append("before", 1).awaitEnd().isOk()).isTrue();
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        replica.close();
        broker.close();
    }

    @Test
    void appendsAreRefusedWhileTheBrokerIsKilledAndTakenSoonAfterItsReturn() throws Exception {
        List<Stream> streams = begin();
        broker.kill();
        assertThatAppendsAreRefused(streams);
        broker.restart();
        assertThatAppendsAreTaken();
    }

    @Test
    void appendsAreRefusedWhileTheBrokerIsStoppedAndTakenSoonAfterItGoesOn() throws Exception {
        List<Stream> streams = begin();
        broker.pause();
        assertThatAppendsAreRefused(streams);
        broker.resume();
        assertThatAppendsAreTaken();
    }

    private List<Stream> begin() {
        List<Stream> streams = IntStream.range(0, STREAMS)
                .mapToObj(i -> begin(client.channel(), "open-" + i))
                .toList();
        await().atMost(Duration.ofSeconds(30))
                .until(() -> streams.stream()
                        .noneMatch(stream -> stream.recorder.responses().isEmpty()));
        return streams;
    }

    /**
     * Checks that appends are refused, those that have begun and new ones; that reads go on, and that the process is
     * well.
     */
    private void assertThatAppendsAreRefused(List<Stream> streams) throws Exception {
        long start = System.nanoTime();
        streams.forEach(stream -> stream.send(1));
        for (Stream stream : streams) {
            assertThatItIsRefused(stream.recorder);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(REFUSED);

        start = System.nanoTime();
        assertThatItIsRefused(append("during", 1));
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(AT_ONCE);
        assertThat(LogAudit.dump(replica.grpcPort())).hasSize(1);
        assertThat(client.health("")).isEqualTo(ServingStatus.SERVING);
        assertThat(Client.get(replica, "/actuator/health/liveness").statusCode())
                .isEqualTo(200);
    }

    private static void assertThatItIsRefused(Recorder<AppendRequest, AppendResponse> recorder) {
        var status = recorder.awaitEnd();
        assertThat(status.getCode()).as(status.toString()).isEqualTo(Code.UNAVAILABLE);
        assertThat(StatusProto.fromThrowable(status.getCause()).getDetailsList())
                .anyMatch(detail -> detail.is(RetryInfo.class));
    }

    private void assertThatAppendsAreTaken() {
        await().atMost(HEALED)
                .pollInterval(Duration.ofMillis(100))
                .until(() -> append("before", 2).awaitEnd().isOk());
        assertThat(LogAudit.audit(LogAudit.dump(replica.grpcPort()), Map.of("before", 2L), Set.of()))
                .isEmpty();
    }

    private Recorder<AppendRequest, AppendResponse> append(String source, long sequence) {
        Stream stream = begin(client.channel(), source);
        stream.send(sequence);
        stream.requests.onCompleted();
        return stream.recorder;
    }

    private static Stream begin(Channel channel, String source) {
        Recorder<AppendRequest, AppendResponse> recorder = new Recorder<>();
        StreamObserver<AppendRequest> requests =
                StateLogServiceGrpc.newStub(channel).append(recorder);
        requests.onNext(AppendRequest.newBuilder().setSource(source).build());
        return new Stream(source, recorder, requests);
    }

    private record Stream(
            String source, Recorder<AppendRequest, AppendResponse> recorder, StreamObserver<AppendRequest> requests) {

        void send(long sequence) {
            requests.onNext(AppendRequest.newBuilder()
                    .setFirstSequence(sequence)
                    .addReports(Report.newBuilder().setInfo(source + " " + sequence))
                    .build());
        }
    }
}
