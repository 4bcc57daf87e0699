package dev.waystate.statelog.kafka;

import dev.waystate.statelog.operation.LogMetrics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** The metrics of a replica. */
final class ReplicationMetrics {

    private final LogMetrics log;
    private final AtomicLong lagEntries = new AtomicLong();
    private final AtomicLong lagMillis = new AtomicLong();
    private final Counter applied;
    private final Counter sentAgain;
    private final Counter givenUp;
    private final Timer settled;
    private final Counter foreign;
    private final Counter rebuilds;

    ReplicationMetrics(MeterRegistry meters) {
        log = new LogMetrics(meters);
        Gauge.builder("waystate.replica.lag.entries", lagEntries, AtomicLong::get)
                .description("Entries in the topic that the view has not applied yet")
                .baseUnit("entries")
                .register(meters);
        Gauge.builder("waystate.replica.lag", lagMillis, millis -> millis.get() / 1e3)
                .description("How far the view is behind the topic; 0 when it has applied all of it")
                .baseUnit("seconds")
                .register(meters);
        applied = counter(meters, "applied", "Entries that the view has applied");
        sentAgain = counter(meters, "sent.again", "Entries that were sent again, since a send had failed");
        givenUp = counter(meters, "given.up", "Entries whose outcome was not known in time");
        settled = LogMetrics.timer(
                meters, "waystate.replica.settle", "From when an entry is sent until this replica has applied it");
        foreign = counter(meters, "foreign", "Records in the topic that are no entries");
        rebuilds = counter(meters, "rebuilds", "Views that were thrown away for damage, and built again");
    }

    private static Counter counter(MeterRegistry meters, String name, String description) {
        return Counter.builder("waystate.replica." + name)
                .description(description)
                .register(meters);
    }

    /** Returns the metrics of writing the view. */
    LogMetrics log() {
        return log;
    }

    void lag(long entries, long millis) {
        lagEntries.set(entries);
        lagMillis.set(millis);
    }

    void applied(int entries) {
        applied.increment(entries);
    }

    void sentAgain(int entries) {
        sentAgain.increment(entries);
    }

    void givenUp(int entries) {
        givenUp.increment(entries);
    }

    void settled(long nanos) {
        settled.record(nanos, TimeUnit.NANOSECONDS);
    }

    /** Counts a record that is no entry, and returns how many there were. */
    double foreign() {
        foreign.increment();
        return foreign.count();
    }

    void rebuilt() {
        rebuilds.increment();
    }
}
