package dev.waystate.statelog.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waystate.InProcessTest;
import dev.waystate.Recorder;
import dev.waystate.proto.Data;
import dev.waystate.proto.Empty;
import dev.waystate.proto.RequestStreamingGrpc.RequestStreamingStub;
import dev.waystate.proto.v1.AppendRequest;
import dev.waystate.proto.v1.AppendResponse;
import dev.waystate.proto.v1.GetSummaryRequest;
import dev.waystate.proto.v1.GetSummaryResponse;
import dev.waystate.proto.v1.ReadRequest;
import dev.waystate.proto.v1.ReadResponse;
import dev.waystate.proto.v1.Report;
import dev.waystate.proto.v1.StateLogServiceGrpc.StateLogServiceStub;
import dev.waystate.server.memory.MemoryBudgets;
import dev.waystate.statelog.Appended;
import dev.waystate.statelog.Batch;
import dev.waystate.statelog.Claim;
import dev.waystate.statelog.Page;
import dev.waystate.statelog.SourceFilter;
import dev.waystate.statelog.SourceState;
import dev.waystate.statelog.StateRecord;
import dev.waystate.statelog.Summary;
import dev.waystate.statelog.UnsupportedLog;
import io.grpc.Status.Code;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import net.devh.boot.grpc.client.inject.GrpcClient;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.util.ReflectionTestUtils;

/** What happens when the log does not keep up, and when the executor is full. */
@InProcessTest
@TestPropertySource(
        properties = {
            "waystate.limits.inbound-memory=4MB",
            "waystate.state-log.max-info-length=512KB",
            "waystate.executor.pool-size=2",
            "waystate.executor.queue-capacity=3"
        })
@ExtendWith(OutputCaptureExtension.class)
class BackPressureTests {

    /** An eighth of the memory for requests. */
    private static final int LIMIT_BYTES = 512 * 1024;

    /** About what a report takes that has it. */
    private static final String INFO = "x".repeat(4_000);

    private static final int REPORT_BYTES = 128 + 2 * INFO.length();
    private static final int LIMIT = LIMIT_BYTES / REPORT_BYTES + 1;
    private static final int THREADS_AND_QUEUE = 2 + 3;
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    /** A log that stores and answers nothing until it is let go. */
    static final class HeldLog extends UnsupportedLog {

        private final LinkedBlockingQueue<CompletableFuture<Appended>> held = new LinkedBlockingQueue<>();
        private volatile CountDownLatch gate = new CountDownLatch(1);
        private volatile boolean holding = true;
        private int arrived;

        void hold() {
            holding = true;
            gate = new CountDownLatch(1);
            arrived = 0;
        }

        void letGo() {
            holding = false;
            gate.countDown();
            List<CompletableFuture<Appended>> waiting = new ArrayList<>();
            held.drainTo(waiting);
            waiting.forEach(result -> result.complete(new Appended(0, 0)));
        }

        synchronized int arrived() {
            return arrived;
        }

        @Override
        public CompletionStage<Appended> append(Batch batch) {
            synchronized (this) {
                arrived += batch.reports().size();
            }
            CompletableFuture<Appended> result = new CompletableFuture<>();
            held.add(result);
            if (!holding) {
                letGo();
            }
            return result;
        }

        @Override
        public Claim claim(String source) {
            return () -> {};
        }

        @Override
        public List<StateRecord> read(long afterPositionExclusive, int maxBytes) {
            awaitGate();
            return List.of();
        }

        @Override
        public long head() {
            return 0;
        }

        @Override
        public long earliest() {
            return 1;
        }

        @Override
        public Page<SourceState, String> sources(
                SourceFilter filter, String afterNameExclusive, int limit, int maxBytes) {
            return new Page<>(List.of(), null);
        }

        @Override
        public Summary summary() {
            awaitGate();
            return new Summary(1, 0, List.of());
        }

        private void awaitGate() {
            try {
                assertThat(gate.await(30, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException interrupted) {
                throw new IllegalStateException(interrupted);
            }
        }

        @Override
        public void onAdvance(Runnable listener) {}
    }

    @TestConfiguration(proxyBeanMethods = false)
    static class Held {
        @Bean
        @Primary
        HeldLog heldLog() {
            return new HeldLog();
        }
    }

    @GrpcClient("waystate")
    RequestStreamingStub reporting;

    @GrpcClient("waystate")
    StateLogServiceStub stub;

    @Autowired
    HeldLog log;

    @Autowired
    MemoryBudgets memory;

    @Autowired
    ThreadPoolTaskExecutor rpcExecutor;

    @BeforeEach
    void hold() {
        log.hold();
    }

    @AfterEach
    void letGo() {
        log.letGo();
        await().atMost(TIMEOUT).until(() -> rpcExecutor.getActiveCount() == 0);
    }

    @Test
    void streamsAreTakenOnlyAsFarAsTheLogHasRoomAndThenGoOn() {
        int streams = 4;
        List<Recorder<Data, Empty>> recorders = new ArrayList<>();
        List<Integer> sent =
                IntStream.range(0, streams).mapToObj(i -> send(recorders, 500)).toList();
        // Each stream may be one report over the limit; what is refused stays with the clients.
        assertThat(sent.stream().mapToInt(Integer::intValue).sum()).isLessThanOrEqualTo(LIMIT + 2 * streams);
        assertThat(recorders).noneMatch(Recorder::hasEnded);
        log.letGo();
        recorders.forEach(recorder -> assertThat(recorder.awaitEnd().isOk()).isTrue());
        assertThat(log.arrived()).isEqualTo(streams * 500);
    }

    @Test
    void appendsAreTakenOnlyAsFarAsTheLogHasRoomAndThenGoOn() {
        Recorder<AppendRequest, AppendResponse> recorder = new Recorder<>();
        StreamObserver<AppendRequest> requests = stub.append(recorder);
        for (int i = 0; i < 50; i++) {
            requests.onNext(AppendRequest.newBuilder()
                    .setSource("a")
                    .setFirstSequence(i * 20L + 1)
                    .addAllReports(Collections.nCopies(
                            20, Report.newBuilder().setInfo(INFO).build()))
                    .build());
        }
        requests.onCompleted();
        assertThat(log.arrived()).isBetween(LIMIT, LIMIT + 20);
        log.letGo();
        assertThat(recorder.awaitEnd().isOk()).isTrue();
        assertThat(log.arrived()).isEqualTo(1_000);
    }

    /** Between a batch that is settled and the look at what is next, the client may end its stream. */
    @Test
    void aStreamThatEndsWhileItsLastBatchIsSettledEndsOnce(CapturedOutput output) {
        Recorder<Data, Empty> recorder = new Recorder<>();
        StreamObserver<Data> reports = reporting.streamState(recorder);
        reports.onNext(Data.newBuilder().setInfo("x".repeat(LIMIT_BYTES / 2)).build());
        memory.pending().whenRoom(reports::onCompleted);
        log.letGo();
        assertThat(recorder.awaitEnd().isOk()).isTrue();
        Recorder<Data, Empty> later = new Recorder<>();
        reporting.streamState(later).onCompleted();
        await().atMost(TIMEOUT).until(() -> output.getOut().contains("done, 0 reports stored"));
        assertThat(output.getOut()).containsOnlyOnce("done, 1 reports stored");
    }

    /** Each waits for room before it asks for a report. */
    @Test
    void streamsThatComeAndGoWhileThereIsNoRoomAreNotKept() {
        memory.pending().hold(LIMIT_BYTES);
        try {
            Recorder<Data, Empty> reported = new Recorder<>();
            reporting.streamState(reported).onCompleted();
            assertThat(reported.awaitEnd().isOk()).isTrue();
            Recorder<AppendRequest, AppendResponse> appended = new Recorder<>();
            stub.append(appended).onCompleted();
            assertThat(appended.awaitEnd().isOk()).isTrue();
            assertThat(ReflectionTestUtils.getField(memory.pending(), "waiting"))
                    .asInstanceOf(InstanceOfAssertFactories.COLLECTION)
                    .isEmpty();
        } finally {
            memory.pending().release(LIMIT_BYTES);
        }
    }

    @Test
    void requestsWithoutReportsTakeRoomToo() {
        Recorder<AppendRequest, AppendResponse> recorder = new Recorder<>();
        StreamObserver<AppendRequest> requests = stub.append(recorder);
        int most = LIMIT_BYTES / 128;
        for (int i = 0; i < 2 * most; i++) {
            requests.onNext(AppendRequest.newBuilder().setSource("a").build());
        }
        requests.onCompleted();
        assertThat(log.held.size()).isEqualTo(most);
        log.letGo();
        assertThat(recorder.awaitEnd().isOk()).isTrue();
    }

    @Test
    void callsBeyondTheExecutorsQueueAreRefusedAndTheOthersAnswered() {
        List<Recorder<GetSummaryRequest, GetSummaryResponse>> calls = new ArrayList<>();
        for (int i = 0; i < THREADS_AND_QUEUE + 4; i++) {
            calls.add(new Recorder<>());
            stub.getSummary(GetSummaryRequest.getDefaultInstance(), calls.get(i));
            int busy = Math.min(i + 1, 2); // a thread takes its task before the queue is counted
            await().atMost(TIMEOUT).until(() -> rpcExecutor.getActiveCount() == busy);
        }
        calls.subList(THREADS_AND_QUEUE, calls.size())
                .forEach(call -> assertThat(call.awaitEnd().getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED));
        Recorder<ReadRequest, ReadResponse> read = new Recorder<>();
        stub.read(ReadRequest.getDefaultInstance(), read);
        assertThat(read.awaitEnd().getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED);
        log.letGo();
        calls.subList(0, THREADS_AND_QUEUE)
                .forEach(call -> assertThat(call.awaitEnd().isOk()).isTrue());
    }

    @Test
    void followersOutliveAFullExecutor() {
        Recorder<ReadRequest, ReadResponse> follower = new Recorder<>();
        stub.read(ReadRequest.newBuilder().setFollow(true).build(), follower);
        for (int i = 0; i < THREADS_AND_QUEUE; i++) {
            stub.getSummary(
                    GetSummaryRequest.getDefaultInstance(), new Recorder<GetSummaryRequest, GetSummaryResponse>());
        }
        log.letGo();
        assertThat(follower.awaitResponse(1).hasCaughtUp()).isTrue();
        assertThat(follower.hasEnded()).isFalse();
        follower.cancel();
    }

    /** Sends so many reports in one stream and returns how many were taken off the client's hands at once. */
    private int send(List<Recorder<Data, Empty>> recorders, int reports) {
        Recorder<Data, Empty> recorder = new Recorder<>();
        recorders.add(recorder);
        io.grpc.stub.ClientCallStreamObserver<Data> requests =
                (io.grpc.stub.ClientCallStreamObserver<Data>) reporting.streamState(recorder);
        int taken = 0;
        for (int i = 0; i < reports; i++) {
            taken += requests.isReady() ? 1 : 0;
            requests.onNext(Data.newBuilder().setInfo(INFO).build());
        }
        requests.onCompleted();
        return taken;
    }
}
