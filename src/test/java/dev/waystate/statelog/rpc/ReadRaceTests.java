package dev.waystate.statelog.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waystate.InProcessTest;
import dev.waystate.Recorder;
import dev.waystate.proto.v1.GetSummaryRequest;
import dev.waystate.proto.v1.GetSummaryResponse;
import dev.waystate.proto.v1.ReadRequest;
import dev.waystate.proto.v1.ReadResponse;
import dev.waystate.proto.v1.ReadResponse.EventCase;
import dev.waystate.proto.v1.Record;
import dev.waystate.proto.v1.StateLogServiceGrpc.StateLogServiceStub;
import dev.waystate.statelog.DamagedRecordException;
import dev.waystate.statelog.LogUnavailableException;
import dev.waystate.statelog.PositionBeyondHeadException;
import dev.waystate.statelog.PrunedPositionException;
import dev.waystate.statelog.StateRecord;
import dev.waystate.statelog.Summary;
import dev.waystate.statelog.UnsupportedLog;
import io.grpc.Status.Code;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.LongStream;
import net.devh.boot.grpc.client.inject.GrpcClient;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;

/** Readers while the log changes between two looks at it. */
@InProcessTest
class ReadRaceTests {

    /** A log that changes right after it has been read. */
    static final class ChangingLog extends UnsupportedLog {

        private volatile Runnable afterRead;
        private volatile Runnable onAdvance = () -> {};
        private volatile long head;
        private volatile long earliest;
        private volatile long damaged;
        private volatile CompletableFuture<Void> caughtUp;

        void reset(long head, Runnable afterRead) {
            this.head = head;
            caughtUp = CompletableFuture.completedFuture(null);
            this.afterRead = afterRead;
            earliest = 1;
            damaged = 0;
        }

        @Override
        public List<StateRecord> read(long afterPositionExclusive, int maxBytes) {
            if (afterPositionExclusive > head) {
                throw new PositionBeyondHeadException(afterPositionExclusive, head);
            }
            if (afterPositionExclusive + 1 < earliest) {
                throw new PrunedPositionException(afterPositionExclusive, earliest);
            }
            if (afterPositionExclusive + 1 == damaged) {
                throw new DamagedRecordException(damaged);
            }
            List<StateRecord> page = LongStream.rangeClosed(afterPositionExclusive + 1, head)
                    .mapToObj(position -> new StateRecord(position, "cow", 0, 1, "", null, Instant.EPOCH, null))
                    .toList();
            long before = head;
            afterRead.run();
            if (head > before) {
                onAdvance.run();
            }
            return page;
        }

        @Override
        public long head() {
            return head;
        }

        @Override
        public CompletionStage<Void> caughtUp() {
            return caughtUp;
        }

        @Override
        public Summary summary() {
            return new Summary(earliest, head, List.of());
        }

        @Override
        public long earliest() {
            return earliest;
        }

        @Override
        public void onAdvance(Runnable listener) {
            onAdvance = listener;
        }
    }

    @TestConfiguration(proxyBeanMethods = false)
    static class Changing {
        @Bean
        @Primary
        ChangingLog changingLog() {
            return new ChangingLog();
        }
    }

    @GrpcClient("waystate")
    StateLogServiceStub stub;

    @Autowired
    ChangingLog log;

    private final Recorder<ReadRequest, ReadResponse> recorder = new Recorder<>();

    @Test
    void aFollowerOfAnEmptyLogSeesTheRecordThatIsStoredRightAfterItsFirstLook() {
        log.reset(0, () -> log.head = 1);
        stub.read(ReadRequest.newBuilder().setFollow(true).build(), recorder);
        await().atMost(Duration.ofSeconds(10))
                .until(() -> recorder.responses().stream().anyMatch(ReadResponse::hasBatch));
        assertThat(positions()).containsExactly(1L);
        recorder.cancel();
    }

    @Test
    void aReplayIsCompleteWhenWhatIsBehindItsEndIsDamaged() {
        log.reset(5, () -> {
            log.head = 10;
            log.damaged = 6;
        });
        stub.read(ReadRequest.newBuilder().setAfterPosition(0).build(), recorder);
        assertComplete();
    }

    @Test
    void aReplayIsCompleteWhenRetentionHasPassedItsEnd() {
        log.reset(5, () -> {
            log.head = 10;
            log.earliest = 8;
        });
        stub.read(ReadRequest.newBuilder().setAfterPosition(0).build(), recorder);
        assertComplete();
    }

    /** The control: damage before the end is reported. */
    @Test
    void aReplayWithDamageBeforeItsEndIsNotComplete() {
        log.reset(5, () -> {});
        log.damaged = 3;
        stub.read(ReadRequest.newBuilder().setAfterPosition(2).build(), recorder);
        assertThat(recorder.awaitEnd().getCode()).isEqualTo(Code.DATA_LOSS);
    }

    @Test
    void aPositionBeyondTheHeadIsRefused() {
        log.reset(5, () -> {});
        stub.read(ReadRequest.newBuilder().setAfterPosition(6).build(), recorder);
        assertThat(recorder.awaitEnd().getCode()).isEqualTo(Code.OUT_OF_RANGE);
    }

    @Test
    void aReaderThatIsAheadOfAReplicaGoesOnWhenThatHasCaughtUp() {
        log.reset(5, () -> {});
        log.caughtUp = new CompletableFuture<>();
        stub.read(ReadRequest.newBuilder().setAfterPosition(7).build(), recorder);
        for (log.head = 6; log.head < 8; log.head++) {
            log.onAdvance.run(); // it comes closer, and that is no end of the wait
        }
        log.caughtUp.complete(null);
        assertThat(recorder.awaitEnd().isOk()).isTrue();
        assertThat(positions()).containsExactly(8L);
    }

    @Test
    void aReaderThatIsAheadOfTheLogIsRefusedWhenTheReplicaHasCaughtUp() {
        log.reset(5, () -> {});
        log.caughtUp = new CompletableFuture<>();
        stub.read(ReadRequest.newBuilder().setAfterPosition(6).build(), recorder);
        log.caughtUp.complete(null);
        assertThat(recorder.awaitEnd().getCode()).isEqualTo(Code.OUT_OF_RANGE);
    }

    @Test
    void aReaderThatIsAheadIsToldWhenNobodyKnowsWhereTheLogEnds() {
        log.reset(5, () -> {});
        log.caughtUp = CompletableFuture.failedFuture(new LogUnavailableException("away", null));
        stub.read(ReadRequest.newBuilder().setAfterPosition(6).build(), recorder);
        assertThat(recorder.awaitEnd()).satisfies(end -> {
            assertThat(end.getCode()).isEqualTo(Code.UNAVAILABLE);
            assertThat(end.getDescription()).contains("up to 5", "6");
        });
    }

    @Test
    void anAnswerWaitsForThePositionThatItIsToSee() {
        log.reset(5, () -> {});
        log.caughtUp = new CompletableFuture<>();
        Recorder<GetSummaryRequest, GetSummaryResponse> summary = new Recorder<>();
        stub.getSummary(GetSummaryRequest.newBuilder().setMinPosition(6).build(), summary);
        log.head = 6;
        log.caughtUp.complete(null);
        assertThat(summary.awaitEnd().isOk()).isTrue();
        assertThat(summary.responses().get(0).getHeadPosition()).isEqualTo(6);
    }

    @Test
    void anAnswerThatCannotSeeThePositionIsRefused() {
        log.reset(5, () -> {});
        Recorder<GetSummaryRequest, GetSummaryResponse> summary = new Recorder<>();
        stub.getSummary(GetSummaryRequest.newBuilder().setMinPosition(6).build(), summary);
        assertThat(summary.awaitEnd().getCode()).isEqualTo(Code.OUT_OF_RANGE);
    }

    @Test
    void anAnswerThatIsToSeeAPositionIsToldWhenNobodyKnowsWhereTheLogEnds() {
        log.reset(5, () -> {});
        log.caughtUp = CompletableFuture.failedFuture(new LogUnavailableException("away", null));
        Recorder<GetSummaryRequest, GetSummaryResponse> summary = new Recorder<>();
        stub.getSummary(GetSummaryRequest.newBuilder().setMinPosition(6).build(), summary);
        assertThat(summary.awaitEnd()).satisfies(end -> {
            assertThat(end.getCode()).isEqualTo(Code.UNAVAILABLE);
            assertThat(end.getDescription()).contains("up to 5", "6");
        });
    }

    private void assertComplete() {
        assertThat(recorder.awaitEnd().isOk()).isTrue();
        assertThat(recorder.responses())
                .last()
                .satisfies(last -> assertThat(last.getEventCase()).isEqualTo(EventCase.CAUGHT_UP));
        assertThat(positions()).containsExactly(1L, 2L, 3L, 4L, 5L);
    }

    private List<Long> positions() {
        return recorder.responses().stream()
                .flatMap(response -> response.getBatch().getRecordsList().stream())
                .map(Record::getPosition)
                .toList();
    }
}
