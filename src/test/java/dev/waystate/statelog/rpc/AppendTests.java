package dev.waystate.statelog.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Timestamp;
import com.google.rpc.ErrorInfo;
import dev.waystate.InProcessTest;
import dev.waystate.Recorder;
import dev.waystate.proto.Status;
import dev.waystate.proto.v1.AppendRequest;
import dev.waystate.proto.v1.AppendResponse;
import dev.waystate.proto.v1.Report;
import dev.waystate.proto.v1.StateLogServiceGrpc;
import dev.waystate.proto.v1.StateLogServiceGrpc.StateLogServiceStub;
import dev.waystate.server.calls.OpenCalls;
import dev.waystate.statelog.StateLog;
import dev.waystate.statelog.StateRecord;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status.Code;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import net.devh.boot.grpc.client.inject.GrpcClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.util.ReflectionTestUtils;

@InProcessTest
class AppendTests {

    @GrpcClient("waystate")
    StateLogServiceStub stub;

    @Autowired
    StateLog stateLog;

    @Autowired
    OpenCalls openCalls;

    @Autowired
    StateLogService service;

    private static final MethodDescriptor<byte[], byte[]> RAW_APPEND = StateLogServiceGrpc.getAppendMethod().toBuilder(
                    new Bytes(), new Bytes())
            .build();

    private final String source = UUID.randomUUID().toString();
    private final Recorder<AppendRequest, AppendResponse> recorder = new Recorder<>();

    @Test
    void eachRequestIsAcknowledgedInOrderOnceItIsDurable() {
        long before = stateLog.head();
        StreamObserver<AppendRequest> requests = stub.append(recorder);
        requests.onNext(request(1, 2));
        assertThat(recorder.awaitResponse(1).getDurableSequence()).isEqualTo(2);
        assertThat(stateLog.head()).isEqualTo(before + 2);
        requests.onNext(request(3, 1));
        requests.onNext(request(4, 3));
        requests.onCompleted();
        assertThat(recorder.awaitEnd().isOk()).isTrue();
        assertThat(recorder.responses())
                .extracting(AppendResponse::getDurableSequence)
                .containsExactly(2L, 3L, 6L);
    }

    @Test
    void aRequestWithoutReportsTellsWhereToResume() {
        StreamObserver<AppendRequest> requests = stub.append(recorder);
        requests.onNext(AppendRequest.newBuilder().setSource(source).build());
        requests.onNext(request(1, 5));
        requests.onNext(AppendRequest.getDefaultInstance());
        requests.onCompleted();
        recorder.awaitEnd();
        assertThat(recorder.responses())
                .extracting(AppendResponse::getDurableSequence)
                .containsExactly(0L, 5L, 5L);
    }

    @Test
    void ofTwoStreamsThatBeginTogetherOneGoesOn() throws Exception {
        ExecutorService pair = Executors.newFixedThreadPool(2);
        try {
            for (int i = 0; i < 500; i++) {
                AppendRequest begin =
                        AppendRequest.newBuilder().setSource(source + i).build();
                List<Recorder<AppendRequest, AppendResponse>> both = List.of(new Recorder<>(), new Recorder<>());
                CyclicBarrier together = new CyclicBarrier(2);
                List<Callable<StreamObserver<AppendRequest>>> streams = both.stream()
                        .map(one -> (Callable<StreamObserver<AppendRequest>>) () -> {
                            StreamObserver<AppendRequest> requests = stub.append(one);
                            together.await();
                            requests.onNext(begin);
                            return requests;
                        })
                        .toList();
                for (Future<StreamObserver<AppendRequest>> begun : pair.invokeAll(streams)) {
                    begun.get().onCompleted();
                }
                assertThat(both)
                        .as("pair " + i)
                        .extracting(one -> one.awaitEnd().getCode())
                        .contains(Code.OK);
            }
        } finally {
            pair.shutdownNow();
        }
    }

    @Test
    void whatIsRepeatedIsAcknowledgedAndStoredOnce() {
        long before = stateLog.head();
        StreamObserver<AppendRequest> requests = stub.append(recorder);
        requests.onNext(request(1, 4));
        requests.onNext(request(1, 4));
        requests.onNext(request(3, 4));
        requests.onCompleted();
        recorder.awaitEnd();
        assertThat(recorder.responses())
                .extracting(AppendResponse::getDurableSequence)
                .containsExactly(4L, 4L, 6L);
        assertThat(stateLog.head()).isEqualTo(before + 6);
    }

    @Test
    void aGapIsRefusedWithTheExpectedSequenceAndWhatCameBeforeIsAcknowledged() throws Exception {
        StreamObserver<AppendRequest> requests = stub.append(recorder);
        requests.onNext(request(1, 2));
        requests.onNext(request(5, 1));
        requests.onCompleted();
        io.grpc.Status status = recorder.awaitEnd();
        assertThat(status.getCode()).isEqualTo(Code.FAILED_PRECONDITION);
        ErrorInfo details =
                StatusProto.fromThrowable(status.getCause()).getDetails(0).unpack(ErrorInfo.class);
        assertThat(details.getReason()).isEqualTo("SEQUENCE_GAP");
        assertThat(details.getMetadataMap()).containsEntry("expected_sequence", "3");
        assertThat(recorder.responses())
                .extracting(AppendResponse::getDurableSequence)
                .containsExactly(2L);
    }

    @Test
    void aSecondStreamOfTheSourceTakesOver() {
        StreamObserver<AppendRequest> first = stub.append(recorder);
        first.onNext(request(1, 2));
        recorder.awaitResponse(1);
        Recorder<AppendRequest, AppendResponse> second = new Recorder<>();
        StreamObserver<AppendRequest> requests = stub.append(second);
        requests.onNext(request(3, 1));
        assertThat(second.awaitResponse(1).getDurableSequence()).isEqualTo(3);
        assertThat(recorder.awaitEnd().getCode()).isEqualTo(Code.ABORTED);
        requests.onNext(request(4, 1));
        requests.onCompleted();
        assertThat(second.awaitEnd().isOk()).isTrue();
    }

    @Test
    void streamsOfOtherSourcesAreLeftAlone() {
        StreamObserver<AppendRequest> requests = stub.append(recorder);
        requests.onNext(request(1, 1));
        Recorder<AppendRequest, AppendResponse> other = new Recorder<>();
        StreamObserver<AppendRequest> others = stub.append(other);
        others.onNext(request(1, 1).toBuilder().setSource("another " + source).build());
        other.awaitResponse(1);
        requests.onNext(request(2, 1));
        assertThat(recorder.awaitResponse(2).getDurableSequence()).isEqualTo(2);
        others.onCompleted();
        requests.onCompleted();
        assertThat(recorder.awaitEnd().isOk()).isTrue();
    }

    @Test
    void fieldsOfReportsAreStored() {
        long before = stateLog.head();
        StreamObserver<AppendRequest> requests = stub.append(recorder);
        requests.onNext(AppendRequest.newBuilder()
                .setSource(source)
                .setFirstSequence(1)
                .addReports(Report.newBuilder()
                        .setStatus(Status.STARVED)
                        .setInfo("food")
                        .setReportedAt(
                                Timestamp.newBuilder().setSeconds(1_700_000_000).setNanos(5)))
                .build());
        recorder.awaitResponse(1);
        assertThat(stateLog.read(before, Integer.MAX_VALUE)).singleElement().satisfies(record -> {
            assertThat(record.source()).isEqualTo(source);
            assertThat(record.sequence()).isEqualTo(1);
            assertThat(record.status()).isEqualTo(Status.STARVED_VALUE);
            assertThat(record.info()).isEqualTo("food");
            assertThat(record.reportedAt()).isEqualTo(Instant.ofEpochSecond(1_700_000_000, 5));
        });
        requests.onCompleted();
    }

    static Stream<Arguments> badRequests() {
        Report report = Report.getDefaultInstance();
        AppendRequest.Builder good =
                AppendRequest.newBuilder().setSource("s").setFirstSequence(1).addReports(report);
        Timestamp.Builder time = Timestamp.newBuilder();
        return Stream.of(
                Arguments.of("source", good.clone().clearSource()),
                Arguments.of("source", good.clone().setSource(" ")),
                Arguments.of("source", good.clone().setSource("a\nb")),
                Arguments.of("source", good.clone().setSource("ä".repeat(129))),
                Arguments.of("first_sequence", good.clone().clearFirstSequence()),
                Arguments.of("first_sequence", good.clone().setFirstSequence(-1)),
                Arguments.of("first_sequence", good.clone().setFirstSequence(Long.MAX_VALUE)),
                Arguments.of("reports", good.clone().addAllReports(Collections.nCopies(10_000, report))),
                Arguments.of(
                        "reports[1].info",
                        good.clone().addReports(report.toBuilder().setInfo("x".repeat(4097)))),
                Arguments.of(
                        "reports[0].reported_at",
                        good.clone()
                                .setReports(
                                        0,
                                        report.toBuilder()
                                                .setReportedAt(time.clone().setNanos(-1)))),
                Arguments.of(
                        "reports[0].reported_at",
                        good.clone()
                                .setReports(
                                        0,
                                        report.toBuilder()
                                                .setReportedAt(time.clone().setSeconds(Long.MAX_VALUE)))),
                Arguments.of(
                        "reports[0].reported_at",
                        good.clone()
                                .setReports(
                                        0,
                                        report.toBuilder()
                                                .setReportedAt(time.clone().setSeconds(Long.MIN_VALUE)))));
    }

    @ParameterizedTest
    @MethodSource("badRequests")
    void badFieldsAreNamedAndStoreNothing(String field, AppendRequest.Builder request) {
        long before = stateLog.head();
        StreamObserver<AppendRequest> requests = stub.append(recorder);
        requests.onNext(request.build());
        io.grpc.Status status = recorder.awaitEnd();
        assertThat(status.getCode()).isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(status.getDescription()).startsWith(field + ": expected ");
        assertThat(stateLog.head()).isEqualTo(before);
    }

    @Test
    void aStreamCannotChangeItsSource() {
        StreamObserver<AppendRequest> requests = stub.append(recorder);
        requests.onNext(request(1, 1));
        requests.onNext(request(2, 1).toBuilder().setSource("another").build());
        assertThat(recorder.awaitEnd().getDescription())
                .startsWith("source: expected the source of the stream's first");
        assertThat(recorder.responses()).hasSize(1);
    }

    @Test
    void aRequestThatDoesNotParseEndsTheStreamAndLeavesNothingBehind() {
        long before = stateLog.head();
        for (int i = 0; i < 50; i++) {
            Recorder<byte[], byte[]> garbled = new Recorder<>();
            StreamObserver<byte[]> requests = ClientCalls.asyncBidiStreamingCall(
                    stub.getChannel().newCall(RAW_APPEND, CallOptions.DEFAULT), garbled);
            requests.onNext(
                    request(1, 1).toBuilder().setSource("garbled " + i).build().toByteArray());
            requests.onNext(new byte[] {(byte) 0xff, (byte) 0xff});
            assertThat(garbled.awaitEnd().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
        }
        await().atMost(Duration.ofSeconds(10)).until(() -> stateLog.head() == before + 50);
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(openCalls.all()).isEmpty());
    }

    @Test
    void requestsOfACancelledStreamAreKept() {
        long before = stateLog.head();
        StreamObserver<AppendRequest> requests = stub.append(recorder);
        requests.onNext(request(1, 3));
        await().atMost(Duration.ofSeconds(10)).until(() -> stateLog.head() == before + 3);
        recorder.cancel();
        Recorder<AppendRequest, AppendResponse> second = new Recorder<>();
        StreamObserver<AppendRequest> resumed = stub.append(second);
        resumed.onNext(AppendRequest.newBuilder().setSource(source).build());
        assertThat(second.awaitResponse(1).getDurableSequence()).isEqualTo(3);
        resumed.onCompleted();
        assertThat(second.awaitEnd().isOk()).isTrue();
        assertThat(stateLog.read(before, Integer.MAX_VALUE))
                .extracting(StateRecord::sequence)
                .containsExactly(1L, 2L, 3L);
    }

    /** It takes no acknowledgement, so that one is left when all is stored. */
    @Test
    void aStreamWhoseClientGoesAfterItsLastRequestEnds() {
        long before = stateLog.head();
        ClientCall<AppendRequest, AppendResponse> call =
                stub.getChannel().newCall(StateLogServiceGrpc.getAppendMethod(), CallOptions.DEFAULT);
        call.start(new ClientCall.Listener<>() {}, new Metadata());
        call.sendMessage(request(1, 3));
        call.halfClose();
        await().atMost(Duration.ofSeconds(10)).until(() -> stateLog.head() == before + 3);
        assertThat(live()).contains(source);

        call.cancel("It has gone", null);
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(live()).doesNotContain(source));
    }

    /** Returns the sources that have a stream. */
    private Set<Object> live() {
        Map<?, ?> streams = (Map<?, ?>) ReflectionTestUtils.getField(service, "appendStreams");
        return Set.copyOf(streams.keySet());
    }

    /** Messages as they are on the wire. */
    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] message) {
            return new ByteArrayInputStream(message);
        }

        @Override
        public byte[] parse(InputStream message) {
            try {
                return message.readAllBytes();
            } catch (IOException problem) {
                throw new UncheckedIOException(problem);
            }
        }
    }

    private AppendRequest request(long firstSequence, int reports) {
        return AppendRequest.newBuilder()
                .setSource(source)
                .setFirstSequence(firstSequence)
                .addAllReports(List.copyOf(Collections.nCopies(reports, Report.getDefaultInstance())))
                .build();
    }
}
