package dev.waystate.statelog.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.rpc.BadRequest;
import dev.waystate.InProcessTest;
import dev.waystate.Recorder;
import dev.waystate.proto.Data;
import dev.waystate.proto.Empty;
import dev.waystate.proto.RequestStreamingGrpc.RequestStreamingStub;
import dev.waystate.proto.Status;
import dev.waystate.statelog.StateLog;
import dev.waystate.statelog.StateRecord;
import io.grpc.Metadata;
import io.grpc.Status.Code;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import net.devh.boot.grpc.client.inject.GrpcClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@InProcessTest
@ExtendWith(OutputCaptureExtension.class)
class RequestStreamingTests {

    private static final Metadata.Key<String> SOURCE =
            Metadata.Key.of("waystate-source", Metadata.ASCII_STRING_MARSHALLER);

    @GrpcClient("waystate")
    RequestStreamingStub stub;

    @Autowired
    StateLog stateLog;

    @Test
    void theAnswerComesWhenEverythingIsStored() {
        long before = stateLog.head();
        Recorder<Data, Empty> recorder = send("cow", thirsty("a"), thirsty("b"), thirsty("c"));
        assertThat(recorder.awaitEnd().isOk()).isTrue();
        assertThat(recorder.responses()).containsExactly(Empty.getDefaultInstance());
        assertThat(stateLog.read(before, Integer.MAX_VALUE))
                .extracting(StateRecord::source, StateRecord::info)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("cow", "a"),
                        org.assertj.core.groups.Tuple.tuple("cow", "b"),
                        org.assertj.core.groups.Tuple.tuple("cow", "c"));
    }

    @Test
    void aStreamWithoutReportsIsFine() {
        assertThat(send("cow").awaitEnd().isOk()).isTrue();
    }

    @Test
    void numbersThatAreNoStatusAreStoredAsTheyCame() {
        long before = stateLog.head();
        send(
                        "cow",
                        Data.newBuilder().setStatusValue(99).build(),
                        Data.newBuilder().setStatusValue(-7).build())
                .awaitEnd();
        assertThat(stateLog.read(before, Integer.MAX_VALUE))
                .extracting(StateRecord::status)
                .containsExactly(99, -7);
    }

    @Test
    void withoutANameTheSourceIsThePeer() {
        long before = stateLog.head();
        Recorder<Data, Empty> recorder = new Recorder<>();
        StreamObserver<Data> requests = stub.streamState(recorder);
        requests.onNext(thirsty(""));
        requests.onCompleted();
        recorder.awaitEnd();
        assertThat(stateLog.read(before, Integer.MAX_VALUE))
                .singleElement()
                .satisfies(record -> assertThat(record.source()).isNotBlank());
    }

    @Test
    void theFirstReportsAreLoggedOneByOneAndThenTheirNumber(CapturedOutput output) {
        send(
                        "logged",
                        IntStream.rangeClosed(1, 25)
                                .mapToObj(i -> thirsty("report " + i))
                                .toArray(Data[]::new))
                .awaitEnd();
        List<String> lines = awaitLines(output, "from \"logged\"", 11);
        assertThat(lines).hasSize(11);
        assertThat(lines.get(0)).endsWith("stream_state from \"logged\": THIRSTY \"report 1\"");
        assertThat(lines.get(9)).endsWith("stream_state from \"logged\": THIRSTY \"report 10\"");
        assertThat(lines.get(10)).endsWith("stream_state from \"logged\": done, 25 reports stored");
    }

    @Test
    void textFromOutsideNeverBreaksALogLine(CapturedOutput output) {
        send("hostile", thirsty("\r\n2026 ERROR fake\u2028\u001b[31m\u202e")).awaitEnd();
        assertThat(lines(output, "fake"))
                .singleElement()
                .satisfies(line -> assertThat(line)
                        .endsWith("THIRSTY \"\\u000D\\u000A2026 ERROR fake\\u2028\\u001B[31m\\u202E\""));
    }

    @Test
    void infoThatIsTooLongIsRefusedWithItsPlaceAndWhatCameBeforeIsStored() throws Exception {
        long before = stateLog.head();
        Recorder<Data, Empty> recorder =
                send("long", thirsty("a"), thirsty("x".repeat(4096)), thirsty("ä".repeat(2049)), thirsty("b"));
        io.grpc.Status status = recorder.awaitEnd();
        assertThat(status.getCode()).isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(status.getDescription())
                .isEqualTo("[2].info: expected at most 4096 bytes of UTF-8, but it has 4098");
        assertThat(StatusProto.fromThrowable(status.getCause())
                        .getDetails(0)
                        .unpack(BadRequest.class)
                        .getFieldViolations(0)
                        .getField())
                .isEqualTo("[2].info");
        assertThat(stateLog.read(before, Integer.MAX_VALUE)).hasSize(2);
    }

    @Test
    void aCancelledStreamIsOneQuietLineAndItsReportsAreKept(CapturedOutput output) {
        long before = stateLog.head();
        Recorder<Data, Empty> recorder = new Recorder<>();
        StreamObserver<Data> requests = from("gone").streamState(recorder);
        requests.onNext(thirsty("a"));
        requests.onNext(thirsty("b"));
        await().atMost(Duration.ofSeconds(10)).until(() -> stateLog.head() == before + 2);
        recorder.cancel();
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(lines(output, "cancelled"))
                        .singleElement()
                        .satisfies(line -> assertThat(line)
                                .contains(" INFO ")
                                .endsWith("stream_state from \"gone\": cancelled, 2 reports stored")));
        assertThat(output).doesNotContain("Exception");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  "})
    void aSourceWithoutANameIsRefused(String name) {
        io.grpc.Status status = send(name, thirsty("a")).awaitEnd();
        assertThat(status.getCode()).isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(status.getDescription()).contains("waystate-source");
    }

    @Test
    void aSourceWhoseNameIsTooLongIsRefused() {
        assertThat(send("x".repeat(257), thirsty("a")).awaitEnd().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(send("x".repeat(256), thirsty("a")).awaitEnd().getCode()).isEqualTo(Code.OK);
    }

    @Test
    void manyStreamsAtOnceAllGetThrough() {
        long before = stateLog.head();
        Data[] reports = IntStream.range(0, 200).mapToObj(i -> thirsty("x")).toArray(Data[]::new);
        List<Recorder<Data, Empty>> recorders =
                IntStream.range(0, 50).mapToObj(i -> send("many " + i, reports)).toList();
        recorders.forEach(recorder -> assertThat(recorder.awaitEnd().isOk()).isTrue());
        assertThat(stateLog.head()).isEqualTo(before + 50 * 200);
    }

    private Recorder<Data, Empty> send(String source, Data... reports) {
        Recorder<Data, Empty> recorder = new Recorder<>();
        StreamObserver<Data> requests = from(source).streamState(recorder);
        for (Data report : reports) {
            requests.onNext(report);
        }
        requests.onCompleted();
        return recorder;
    }

    private RequestStreamingStub from(String source) {
        Metadata headers = new Metadata();
        headers.put(SOURCE, source);
        return stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    private static Data thirsty(String info) {
        return Data.newBuilder().setStatus(Status.THIRSTY).setInfo(info).build();
    }

    private static List<String> lines(CapturedOutput output, String word) {
        return output.toString().lines().filter(line -> line.contains(word)).toList();
    }

    /** Waits for so many lines with the word, since the log is written behind a queue. */
    private static List<String> awaitLines(CapturedOutput output, String word, int count) {
        await().atMost(Duration.ofSeconds(10)).until(() -> lines(output, word).size() >= count);
        return lines(output, word);
    }
}
