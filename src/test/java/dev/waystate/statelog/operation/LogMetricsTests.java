package dev.waystate.statelog.operation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waystate.statelog.Appended;
import dev.waystate.statelog.Batch;
import dev.waystate.statelog.FencedException;
import dev.waystate.statelog.LogUnavailableException;
import dev.waystate.statelog.SequenceGapException;
import dev.waystate.statelog.entry.EntryQueue;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LogMetricsTests {

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final LogMetrics metrics = new LogMetrics(meters);

    @Test
    void commitsAreTimedAndTheirReportsCounted() {
        metrics.committed(TimeUnit.MILLISECONDS.toNanos(4), 30);
        metrics.committed(TimeUnit.MILLISECONDS.toNanos(6), 12);
        assertThat(meters.get("waystate.log.commit").timer().totalTime(TimeUnit.MILLISECONDS))
                .isEqualTo(10);
        assertThat(meters.get("waystate.log.commit.reports").summary().totalAmount())
                .isEqualTo(42);
        metrics.checkpointed(TimeUnit.MILLISECONDS.toNanos(7));
        assertThat(meters.get("waystate.log.checkpoint").timer().max(TimeUnit.MILLISECONDS))
                .isEqualTo(7);
    }

    @Test
    void refusalsAreCountedByReason() {
        refuse(new SequenceGapException("cow-7", 5, 7));
        refuse(new FencedException("cow-7"));
        refuse(new FencedException("cow-7"));
        refuse(new LogUnavailableException("closed", null));
        refuse(new IllegalStateException());
        metrics.countRefusal(CompletableFuture.completedFuture(new Appended(1, 1)));
        assertThat(List.of("gap", "fenced", "unavailable", "failed", "full", "damaged"))
                .extracting(reason -> meters.counter("waystate.log.refusals", "reason", reason)
                        .count())
                .containsExactly(1.0, 2.0, 1.0, 1.0, 0.0, 0.0);
    }

    @Test
    void theQueueShowsWhatWaits() {
        EntryQueue queue = new EntryQueue();
        metrics.observe(queue);
        queue.add(new Batch("cow-7", Batch.UNNUMBERED, List.of()));
        queue.add(new Batch("cow-7", Batch.UNNUMBERED, List.of()));
        assertThat(meters.get("waystate.log.queue").gauge().value()).isEqualTo(2);
    }

    private void refuse(RuntimeException reason) {
        metrics.countRefusal(CompletableFuture.failedFuture(reason));
    }
}
