package dev.waystate.statelog.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.rpc.ErrorInfo;
import dev.waystate.InProcessTest;
import dev.waystate.Recorder;
import dev.waystate.proto.Status;
import dev.waystate.proto.v1.ReadRequest;
import dev.waystate.proto.v1.ReadResponse;
import dev.waystate.proto.v1.ReadResponse.EventCase;
import dev.waystate.proto.v1.Record;
import dev.waystate.proto.v1.StateLogServiceGrpc.StateLogServiceStub;
import dev.waystate.statelog.Batch;
import dev.waystate.statelog.Report;
import dev.waystate.statelog.StateLog;
import io.grpc.Status.Code;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import net.devh.boot.grpc.client.inject.GrpcClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.context.TestPropertySource;

@InProcessTest
@TestPropertySource(properties = "waystate.state-log.heartbeat=200ms")
class ReadTests {

    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    @GrpcClient("waystate")
    StateLogServiceStub stub;

    @Autowired
    StateLog stateLog;

    private final String source = UUID.randomUUID().toString();
    private final Recorder<ReadRequest, ReadResponse> recorder = new Recorder<>();

    @Test
    void theWholeLogIsReadInOrderUntilTheReaderHasCaughtUp() {
        append(source, 3_000, Status.OK);
        read(ReadRequest.newBuilder().setAfterPosition(0));
        assertThat(recorder.awaitEnd().isOk()).isTrue();
        assertThat(positions())
                .isEqualTo(LongStream.rangeClosed(1, stateLog.head()).boxed().toList());
        List<ReadResponse> responses = recorder.responses();
        ReadResponse last = responses.get(responses.size() - 1);
        assertThat(last.getEventCase()).isEqualTo(EventCase.CAUGHT_UP);
        assertThat(last.getHeadPosition()).isEqualTo(stateLog.head());
        assertThat(last.getPosition()).isEqualTo(stateLog.head());
        assertThat(responses).allMatch(ReadResponse::hasSentAt);
    }

    @Test
    void withoutAPositionTheReadingStartsAtTheEarliestRecord() {
        append(source, 2, Status.OK);
        read(ReadRequest.newBuilder());
        recorder.awaitEnd();
        assertThat(positions().get(0)).isEqualTo(1);
    }

    @Test
    void filtersBySourceAndStatusStillReportThePositionReached() {
        long before = stateLog.head();
        append(source, 2, Status.OK);
        append(source, 1, Status.STARVED);
        append("another " + source, 2, Status.STARVED);
        read(ReadRequest.newBuilder()
                .setAfterPosition(before)
                .addSources(source)
                .addStatuses(Status.STARVED)
                .addStatusesValue(77));
        recorder.awaitEnd();
        assertThat(positions()).containsExactly(before + 3);
        assertThat(recorder.responses())
                .last()
                .satisfies(response -> assertThat(response.getPosition()).isEqualTo(before + 5));
    }

    @Test
    void aFollowerCatchesUpOnceAndThenSeesWhatComes() {
        long before = append(source, 2, Status.OK);
        read(ReadRequest.newBuilder().setAfterPosition(before - 2).setFollow(true));
        await().atMost(TIMEOUT).until(() -> events(EventCase.CAUGHT_UP) == 1);
        append(source, 3, Status.OK);
        await().atMost(TIMEOUT).until(() -> positions().size() == 5);
        assertThat(positions())
                .isEqualTo(
                        LongStream.rangeClosed(before - 1, before + 3).boxed().toList());
        assertThat(events(EventCase.CAUGHT_UP)).isEqualTo(1);
        assertThat(recorder.hasEnded()).isFalse();
        recorder.cancel();
    }

    @Test
    void anIdleFollowerHearsHeartbeats() {
        read(ReadRequest.newBuilder().setAfterPosition(stateLog.head()).setFollow(true));
        await().atMost(TIMEOUT).until(() -> events(EventCase.HEARTBEAT) >= 2);
        assertThat(recorder.responses()).last().satisfies(response -> {
            assertThat(response.getHeadPosition()).isEqualTo(stateLog.head());
            assertThat(response.getPosition()).isEqualTo(stateLog.head());
            assertThat(response.hasSentAt()).isTrue();
        });
        recorder.cancel();
    }

    @Test
    void positionsBeyondTheHeadAreOutOfRangeWithTheHead() throws Exception {
        read(ReadRequest.newBuilder().setAfterPosition(stateLog.head() + 1).setFollow(true));
        io.grpc.Status status = recorder.awaitEnd();
        assertThat(status.getCode()).isEqualTo(Code.OUT_OF_RANGE);
        ErrorInfo details =
                StatusProto.fromThrowable(status.getCause()).getDetails(0).unpack(ErrorInfo.class);
        assertThat(details.getReason()).isEqualTo("POSITION_BEYOND_HEAD");
        assertThat(details.getMetadataMap()).containsEntry("head_position", Long.toString(stateLog.head()));
    }

    @Test
    void negativePositionsAndTooManyFiltersAreInvalid() {
        read(ReadRequest.newBuilder().setAfterPosition(-1));
        assertThat(recorder.awaitEnd().getDescription()).startsWith("after_position: expected");
        Recorder<ReadRequest, ReadResponse> second = new Recorder<>();
        stub.read(
                ReadRequest.newBuilder()
                        .addAllSources(IntStream.range(0, 101)
                                .mapToObj(Integer::toString)
                                .toList())
                        .build(),
                second);
        assertThat(second.awaitEnd().getDescription()).startsWith("sources: expected at most 100");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", " a1", "a ", "a\u0000b", "\u00a0a"})
    void namesThatNoSourceCanHaveAreRefused(String name) {
        read(ReadRequest.newBuilder().addSources("cow").addSources(name));
        assertThat(recorder.awaitEnd().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(recorder.awaitEnd().getDescription()).startsWith("sources[1]: expected a name ");
    }

    @Test
    void namesThatAreTooLongAreRefused() {
        read(ReadRequest.newBuilder().addSources("a".repeat(257)));
        assertThat(recorder.awaitEnd().getDescription())
                .isEqualTo("sources[0]: expected a name of 1 to 256 bytes that is not blank");
    }

    private void read(ReadRequest.Builder request) {
        stub.read(request.build(), recorder);
    }

    private List<Long> positions() {
        return recorder.responses().stream()
                .flatMap(response -> response.getBatch().getRecordsList().stream())
                .map(Record::getPosition)
                .toList();
    }

    private long events(EventCase kind) {
        return recorder.responses().stream()
                .filter(response -> response.getEventCase() == kind)
                .count();
    }

    private long append(String from, int reports, Status status) {
        List<Report> batch = IntStream.range(0, reports)
                .mapToObj(i -> new Report(status.getNumber(), "", null))
                .toList();
        stateLog.append(new Batch(from, Batch.UNNUMBERED, batch))
                .toCompletableFuture()
                .join();
        return stateLog.head();
    }
}
