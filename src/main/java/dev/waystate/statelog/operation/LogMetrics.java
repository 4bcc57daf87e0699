package dev.waystate.statelog.operation;

import dev.waystate.statelog.Appended;
import dev.waystate.statelog.DamagedRecordException;
import dev.waystate.statelog.FencedException;
import dev.waystate.statelog.LogFullException;
import dev.waystate.statelog.LogUnavailableException;
import dev.waystate.statelog.SequenceGapException;
import dev.waystate.statelog.entry.EntryQueue;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.DoubleStream;

/** Measures how a log is written. Nothing here blocks. */
public final class LogMetrics {

    /** Measures nothing, for a log that serves nobody. */
    public static final LogMetrics NONE = new LogMetrics(new CompositeMeterRegistry());

    private static final Duration[] TIME_BUCKETS = DoubleStream.of(
                    0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000)
            .mapToObj(millis -> Duration.ofNanos(Math.round(millis * 1e6)))
            .toArray(Duration[]::new);

    private static final double[] REPORT_BUCKETS = {1, 10, 100, 1_000, 10_000};

    private static final String OTHER_REASON = "failed";

    private final MeterRegistry meters;
    private final Timer commits;
    private final DistributionSummary reports;
    private final Timer checkpoints;
    private final Map<Class<?>, Counter> refusals = new LinkedHashMap<>();
    private final Counter failures;

    public LogMetrics(MeterRegistry meters) {
        this.meters = meters;
        commits = timer(meters, "waystate.log.commit", "From the beginning of a transaction until it is committed");
        reports = DistributionSummary.builder("waystate.log.commit.reports")
                .description("Reports that a transaction has stored")
                .baseUnit("reports")
                .serviceLevelObjectives(REPORT_BUCKETS)
                .register(meters);
        checkpoints = timer(meters, "waystate.log.checkpoint", "How long the write-ahead log was moved into the file");
        refusals.put(SequenceGapException.class, refusals("gap"));
        refusals.put(FencedException.class, refusals("fenced"));
        refusals.put(LogFullException.class, refusals("full"));
        refusals.put(LogUnavailableException.class, refusals("unavailable"));
        refusals.put(DamagedRecordException.class, refusals("damaged"));
        failures = refusals(OTHER_REASON);
    }

    /** Returns a timer with the buckets that all times of the log have, 0.5 ms to 10 s. */
    public static Timer timer(MeterRegistry meters, String name, String description) {
        return Timer.builder(name)
                .description(description)
                .serviceLevelObjectives(TIME_BUCKETS)
                .register(meters);
    }

    /**
     * Shows a value of the log.
     *
     * @param name the meter's name, without {@code waystate.log.} in front
     */
    public static void gauge(
            MeterRegistry meters, String name, String unit, String description, Supplier<Number> value) {
        Gauge.builder("waystate.log." + name, value)
                .description(description)
                .baseUnit(unit)
                .register(meters);
    }

    private Counter refusals(String reason) {
        return Counter.builder("waystate.log.refusals")
                .description("Batches of reports that were not stored")
                .tag("reason", reason)
                .register(meters);
    }

    /** Shows how many entries wait in the queue. */
    public void observe(EntryQueue queue) {
        Gauge.builder("waystate.log.queue", queue, EntryQueue::size)
                .description("Batches that wait to be stored")
                .baseUnit("batches")
                .register(meters);
    }

    /** Counts the batch if it is refused. Returns its result. */
    public CompletionStage<Appended> countRefusal(CompletionStage<Appended> result) {
        result.whenComplete((appended, refusal) -> {
            if (refusal != null) {
                refusals.getOrDefault(refusal.getClass(), failures).increment();
            }
        });
        return result;
    }

    public void committed(long nanos, long reportsStored) {
        commits.record(nanos, TimeUnit.NANOSECONDS);
        reports.record(reportsStored);
    }

    public void checkpointed(long nanos) {
        checkpoints.record(nanos, TimeUnit.NANOSECONDS);
    }
}
