package dev.waystate.server.calls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waystate.InProcessTest;
import dev.waystate.Recorder;
import dev.waystate.proto.Data;
import dev.waystate.proto.Empty;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import net.devh.boot.grpc.client.inject.GrpcClient;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Import;

/** Calls that are ended from outside. */
@InProcessTest
@Import(FaultyService.Offered.class)
class OpenCallTests {

    private static final Duration SOON = Duration.ofSeconds(10);
    private static final Status ENDED = Status.ABORTED.withDescription("ended");

    @GrpcClient("waystate")
    Channel channel;

    @Autowired
    FaultyService service;

    @Autowired
    OpenCalls openCalls;

    private final Recorder<Data, Empty> recorder = new Recorder<>();
    private StreamObserver<Data> requests;

    @BeforeEach
    void open() {
        service.events.clear();
        requests =
                ClientCalls.asyncBidiStreamingCall(channel.newCall(FaultyService.FAIL, CallOptions.DEFAULT), recorder);
        requests.onNext(Data.getDefaultInstance());
        recorder.awaitResponse(1);
    }

    @Test
    void aCallThatIsEndedIsACancelledOneToItsService() {
        call().end(ENDED);
        assertEnded();
    }

    @Test
    void aCallThatIsEndedTwiceHasTheFirstStatus() {
        OpenCall call = call();
        call.end(ENDED);
        call.end(Status.INTERNAL);
        assertEnded();
    }

    @Test
    void aCallEndsWhenItsConditionReturnsAStatus() {
        AtomicReference<Status> condition = new AtomicReference<>();
        call().endWhen(condition::get);
        requests.onNext(Data.getDefaultInstance());
        recorder.awaitResponse(2);
        assertThat(recorder.hasEnded()).isFalse();
        condition.set(ENDED);
        assertEnded();
    }

    @Test
    void aCallThatStandsStillEndsWithTheServerAndOneThatMovesDoesNot() {
        OpenCall call = call();
        call.drain();
        requests.onNext(Data.getDefaultInstance());
        recorder.awaitResponse(2);
        call.drain();
        assertThat(recorder.hasEnded()).isFalse();
        call.drain();
        assertThat(recorder.awaitEnd().getCode()).isEqualTo(Code.UNAVAILABLE);
    }

    @Test
    void aCallThatHasEndedIsForgotten() {
        requests.onCompleted();
        assertThat(recorder.awaitEnd().isOk()).isTrue();
        await().atMost(SOON).until(() -> openCalls.all().isEmpty());
        assertThat(service.events).isEmpty();
    }

    @Test
    void callsThatCannotBeLookedAtEndEachForItself() {
        List<Recorder<Data, Empty>> others = List.of(new Recorder<>(), new Recorder<>());
        for (Recorder<Data, Empty> other : others) {
            ClientCalls.asyncBidiStreamingCall(channel.newCall(FaultyService.FAIL, CallOptions.DEFAULT), other)
                    .onNext(Data.getDefaultInstance());
            other.awaitResponse(1);
        }

        openCalls
                .all()
                .forEach(call -> call.endWhen(() -> {
                    throw new IllegalStateException("no condition");
                }));

        assertThat(recorder.awaitEnd().getCode()).isEqualTo(Code.INTERNAL);
        assertThat(others)
                .allSatisfy(other -> assertThat(other.awaitEnd().getCode()).isEqualTo(Code.INTERNAL));
    }

    private OpenCall call() {
        assertThat(openCalls.all()).hasSize(1);
        return openCalls.all().iterator().next();
    }

    private void assertEnded() {
        Status status = recorder.awaitEnd();
        assertThat(status.getCode()).isEqualTo(ENDED.getCode());
        assertThat(status.getDescription()).isEqualTo(ENDED.getDescription());
        await().atMost(SOON).untilAsserted(() -> assertThat(service.events).containsExactly("cancelled"));
        await().atMost(SOON).until(() -> openCalls.all().isEmpty());
    }
}
