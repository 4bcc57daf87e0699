package dev.waystate.server.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waystate.LogLines;
import dev.waystate.Recorder;
import dev.waystate.proto.Data;
import dev.waystate.proto.DisplacementResponse;
import dev.waystate.proto.DisplacementServiceGrpc;
import dev.waystate.proto.Empty;
import dev.waystate.proto.RequestStreamingGrpc;
import dev.waystate.proto.v1.ListSourcesRequest;
import dev.waystate.proto.v1.ReadRequest;
import dev.waystate.proto.v1.ReadResponse;
import dev.waystate.proto.v1.StateLogServiceGrpc;
import dev.waystate.server.lifecycle.Scheduler;
import dev.waystate.statelog.Batch;
import dev.waystate.statelog.Report;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that keep the server waiting, and the same where nothing ends them. */
@Timeout(60)
class CallTimesIT {

    private static final Duration SOON = Duration.ofSeconds(10);

    /** So much passes the slow relay at once: the head of the call, and the first of the frames of its message. */
    private static final int QUICK_BYTES = 20_000;

    private static final int LARGE = 500_000;

    @RegisterExtension
    final LogLines failedTasks = LogLines.of(Scheduler.class);

    private static LimitedServer limited;
    private static LimitedServer unlimited;

    @BeforeAll
    static void start() {
        limited = LimitedServer.start(
                "unary-deadline=1s",
                "message-timeout=1200ms",
                "sender-stall-timeout=1500ms",
                "reader-stall-timeout=1300ms");
        unlimited = LimitedServer.start(
                "unary-deadline=0s", "message-timeout=0s", "sender-stall-timeout=10000000d", "reader-stall-timeout=0s");
    }

    @AfterAll
    static void stop() {
        limited.close();
        unlimited.close();
    }

    @AfterEach
    void othersNoticeNothing() {
        limited.assertNeighbourUnharmed();
        assertThat(failedTasks.messages()).isEmpty();
    }

    @Test
    void unaryCallsWithoutAMessageEndAtTheDeadline() throws Exception {
        EndOfCall<DisplacementResponse> open = begin(unlimited, DisplacementServiceGrpc.getComputeDisplacementMethod());
        EndOfCall<DisplacementResponse> ended = begin(limited, DisplacementServiceGrpc.getComputeDisplacementMethod());
        assertEnded(ended, "unary-deadline");
        assertThat(open.status).isNotDone();
    }

    @Test
    void readsWithoutARequestEndAtTheDeadline() throws Exception {
        EndOfCall<ReadResponse> open = begin(unlimited, StateLogServiceGrpc.getReadMethod());
        EndOfCall<ReadResponse> ended = begin(limited, StateLogServiceGrpc.getReadMethod());
        assertEnded(ended, "unary-deadline");
        assertThat(open.status).isNotDone();
    }

    @Test
    void unaryCallsWithoutAnAnswerEndAtTheDeadline() {
        Recorder<Empty, Empty> open = hang(unlimited);
        Recorder<Empty, Empty> ended = hang(limited);
        assertEnded(ended.awaitEnd(), "unary-deadline");
        assertThat(open.hasEnded()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void messagesThatComeInPiecesForTooLongEndTheirCall(boolean trickles) throws IOException {
        try (SlowRelay beforeUnlimited = new SlowRelay(unlimited.port(), QUICK_BYTES, trickles);
                SlowRelay beforeLimited = new SlowRelay(limited.port(), QUICK_BYTES, trickles)) {
            Recorder<Data, Empty> open = sendLargeMessage(unlimited.channel(beforeUnlimited.port()));
            Recorder<Data, Empty> ended = sendLargeMessage(limited.channel(beforeLimited.port()));
            assertEnded(ended.awaitEnd(), "message-timeout");
            assertThat(open.hasEnded()).isFalse();
        }
    }

    @Test
    void sendersThatFallSilentAreEndedAndWhatTheySentIsStored() {
        long before = limited.stateLog().head();
        Recorder<Data, Empty> open = sendOne(unlimited);
        Recorder<Data, Empty> ended = sendOne(limited);
        assertEnded(ended.awaitEnd(), "sender-stall-timeout");
        assertThat(open.hasEnded()).isFalse();
        await().atMost(SOON).until(() -> limited.stateLog().head() == before + 1);
    }

    @Test
    void sendersThatSendNowAndThenAreNot() {
        Recorder<Data, Empty> recorder = new Recorder<>();
        StreamObserver<Data> reports =
                RequestStreamingGrpc.newStub(limited.channel()).streamState(recorder);
        await().pollInterval(Duration.ofMillis(200))
                .during(Duration.ofMillis(2500))
                .atMost(SOON)
                .until(() -> {
                    reports.onNext(Data.getDefaultInstance());
                    return !recorder.hasEnded();
                });
        reports.onCompleted();
        assertThat(recorder.awaitEnd()).isEqualTo(Status.OK);
    }

    @Test
    void followersWithoutNewsAreNotStalledReaders() {
        Recorder<ReadRequest, ReadResponse> follower = new Recorder<>();
        StateLogServiceGrpc.newStub(limited.channel())
                .read(ReadRequest.newBuilder().setFollow(true).build(), follower);
        await().during(Duration.ofMillis(2500)).atMost(SOON).until(() -> !follower.hasEnded());
        follower.cancel();
    }

    @Test
    void readersThatDoNotReadAreEndedAndWhatWasHeldForThemIsDropped() {
        fill(limited);
        fill(unlimited);
        MethodDescriptor<ReadRequest, ReadResponse> read = StateLogServiceGrpc.getReadMethod();
        MethodDescriptor<ListSourcesRequest, ?> list = StateLogServiceGrpc.getListSourcesMethod();
        int readsBefore = unlimited.openCalls(read);
        for (LimitedServer server : new LimitedServer[] {unlimited, limited}) {
            ask(server, read, ReadRequest.newBuilder().setFollow(true).build());
            ask(server, list, ListSourcesRequest.getDefaultInstance());
        }
        await().atMost(SOON).until(() -> limited.openCalls(read) == 1 && limited.openCalls(list) == 1);
        await().atMost(SOON).until(() -> limited.openCalls(read) == 0 && limited.openCalls(list) == 0);
        assertThat(limited.refused("reader-stall-timeout")).isPositive();
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(List.of(read, list))
                        .allSatisfy(method -> assertThat(limited.endedCalls(method, Code.DEADLINE_EXCEEDED))
                                .isPositive()));
        assertThat(unlimited.openCalls(read)).isEqualTo(readsBefore + 1);
        assertThat(unlimited.openCalls(list)).isEqualTo(1);
    }

    @Test
    void whenUnfinishedMessagesTakeTooMuchMemoryTheFirstOfThemGo() throws IOException {
        int calls = 20;
        int piece = 300_000;
        try (LimitedServer scarce = LimitedServer.start("inbound-memory=4MB");
                SlowRelay beforeScarce = new SlowRelay(scarce.port(), piece, false);
                SlowRelay beforeUnlimited = new SlowRelay(unlimited.port(), piece, false)) {
            List<Recorder<Data, Empty>> open = sendPieces(unlimited, beforeUnlimited, calls);
            List<Recorder<Data, Empty>> first = sendPieces(scarce, beforeScarce, calls / 2);
            await().during(Duration.ofMillis(300))
                    .atMost(SOON)
                    .until(() -> first.stream().noneMatch(Recorder::hasEnded));
            List<Recorder<Data, Empty>> second = sendPieces(scarce, beforeScarce, calls / 2);
            await().atMost(SOON)
                    .until(() -> first.stream().filter(Recorder::hasEnded).count() >= calls / 4);
            assertThat(first)
                    .filteredOn(Recorder::hasEnded)
                    .allSatisfy(ended -> assertThat(ended.awaitEnd().getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED));
            assertThat(second).noneMatch(Recorder::hasEnded);
            assertThat(open).noneMatch(Recorder::hasEnded);
            assertThat(scarce.openCalls(RequestStreamingGrpc.getStreamStateMethod()))
                    .isLessThan(calls);
            scarce.assertNeighbourUnharmed();
        }
    }

    private static List<Recorder<Data, Empty>> sendPieces(LimitedServer server, SlowRelay relay, int calls) {
        return IntStream.range(0, calls)
                .mapToObj(i -> sendLargeMessage(server.channel(relay.port())))
                .toList();
    }

    private static void fill(LimitedServer server) {
        String info = "x".repeat(4_000);
        for (int source = 0; source < 200; source++) {
            server.stateLog()
                    .append(new Batch(
                            "s" + source, Batch.UNNUMBERED, Collections.nCopies(5, new Report(1, info, null))))
                    .toCompletableFuture()
                    .join();
        }
    }

    private static Recorder<Empty, Empty> hang(LimitedServer server) {
        Recorder<Empty, Empty> recorder = new Recorder<>();
        ClientCalls.asyncUnaryCall(
                server.channel().newCall(LimitedServer.HANG, CallOptions.DEFAULT),
                Empty.getDefaultInstance(),
                recorder);
        return recorder;
    }

    private static Recorder<Data, Empty> sendLargeMessage(Channel channel) {
        Recorder<Data, Empty> recorder = new Recorder<>();
        RequestStreamingGrpc.newStub(channel)
                .streamState(recorder)
                .onNext(Data.newBuilder().setInfo("x".repeat(LARGE)).build());
        return recorder;
    }

    private static Recorder<Data, Empty> sendOne(LimitedServer server) {
        Recorder<Data, Empty> recorder = new Recorder<>();
        RequestStreamingGrpc.newStub(server.channel()).streamState(recorder).onNext(Data.getDefaultInstance());
        return recorder;
    }

    /** Sends the head of a call, and nothing more; the client is led to believe that it is one that may do so. */
    private static <ReqT, RespT> EndOfCall<RespT> begin(LimitedServer server, MethodDescriptor<ReqT, RespT> method) {
        EndOfCall<RespT> end = new EndOfCall<>();
        MethodDescriptor<ReqT, RespT> stream =
                method.toBuilder().setType(MethodType.BIDI_STREAMING).build();
        server.channel().newCall(stream, CallOptions.DEFAULT).start(end, new Metadata());
        return end;
    }

    /** Sends a request, and takes nothing of the answer. */
    private static <ReqT> void ask(LimitedServer server, MethodDescriptor<ReqT, ?> method, ReqT request) {
        ClientCall<ReqT, ?> call = server.channel().newCall(method, CallOptions.DEFAULT);
        call.start(new EndOfCall<>(), new Metadata());
        call.sendMessage(request);
        call.halfClose();
    }

    private static void assertEnded(EndOfCall<?> end, String limit) throws Exception {
        assertEnded(end.status.get(SOON.toMillis(), TimeUnit.MILLISECONDS), limit);
    }

    private static void assertEnded(Status status, String limit) {
        assertThat(status.getCode()).isEqualTo(Code.DEADLINE_EXCEEDED);
        assertThat(status.getDescription()).contains(limit);
        assertThat(limited.refused(limit)).isPositive();
    }

    private static final class EndOfCall<RespT> extends ClientCall.Listener<RespT> {

        private final CompletableFuture<Status> status = new CompletableFuture<>();

        @Override
        public void onClose(Status status, Metadata trailers) {
            this.status.complete(status);
        }
    }
}
