package dev.waystate.statelog.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waystate.InProcessTest;
import dev.waystate.Recorder;
import dev.waystate.proto.v1.ReadRequest;
import dev.waystate.proto.v1.ReadResponse;
import dev.waystate.proto.v1.ReadResponse.EventCase;
import dev.waystate.proto.v1.StateLogServiceGrpc.StateLogServiceStub;
import dev.waystate.statelog.Batch;
import dev.waystate.statelog.Report;
import dev.waystate.statelog.StateLog;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import net.devh.boot.grpc.client.inject.GrpcClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.context.TestPropertySource;

/** Readers of a log that grows without a pause. */
@InProcessTest
@TestPropertySource(properties = "waystate.state-log.heartbeat=200ms")
class ReadWhileWritingTests {

    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    @GrpcClient("waystate")
    StateLogServiceStub stub;

    @Autowired
    StateLog stateLog;

    private final Recorder<ReadRequest, ReadResponse> recorder = new Recorder<>();
    private final AtomicBoolean writing = new AtomicBoolean(true);
    private final Thread writer = new Thread(this::write);

    @BeforeEach
    void startWriting() {
        writer.start();
    }

    @AfterEach
    void stopWriting() throws InterruptedException {
        writing.set(false);
        writer.join();
    }

    @Test
    void aFollowerWhoseRecordsAreRareHearsHowFarItIs() {
        long before = stateLog.head();
        stub.read(
                ReadRequest.newBuilder()
                        .setAfterPosition(before)
                        .addSources("nobody")
                        .setFollow(true)
                        .build(),
                recorder);
        await().atMost(TIMEOUT).until(() -> events(EventCase.HEARTBEAT) >= 2);
        assertThat(recorder.responses())
                .last()
                .satisfies(response -> assertThat(response.getPosition()).isGreaterThan(before));
        recorder.cancel();
    }

    @Test
    void aReadingWithoutFollowEndsOnALogThatGrowsOn() {
        stub.read(ReadRequest.getDefaultInstance(), recorder);
        assertThat(recorder.awaitEnd().isOk()).isTrue();
        ReadResponse last = recorder.responses().get(recorder.responses().size() - 1);
        assertThat(last.hasCaughtUp()).isTrue();
        assertThat(last.getHeadPosition()).isEqualTo(last.getPosition());
        assertThat(recorder.responses().stream()
                        .mapToLong(response -> response.getBatch().getRecordsCount())
                        .sum())
                .isEqualTo(last.getPosition());
    }

    private void write() {
        List<Report> batch = Collections.nCopies(200, new Report(1, "", null));
        while (writing.get()) {
            stateLog.append(new Batch("a", Batch.UNNUMBERED, batch))
                    .toCompletableFuture()
                    .join();
        }
    }

    private long events(EventCase kind) {
        return recorder.responses().stream()
                .filter(response -> response.getEventCase() == kind)
                .count();
    }
}
