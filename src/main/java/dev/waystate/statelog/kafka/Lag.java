package dev.waystate.statelog.kafka;

import dev.waystate.statelog.operation.LogHealth;
import java.time.Clock;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * How far the view is behind the topic, and whether that is too far to serve. It is ready once it has applied what was in the
 * topic at the start. While Kafka does not answer, nothing is known, and nothing changes.
 */
final class Lag {

    private final Clock clock;
    private final Duration most;
    private final LogHealth health;
    private final ReplicationMetrics metrics;

    // Guarded by this.
    private boolean caughtUp;
    private boolean ready;

    Lag(Clock clock, Duration most, LogHealth health, ReplicationMetrics metrics) {
        this.clock = clock;
        this.most = most;
        this.health = health;
        this.metrics = metrics;
        health.unready();
    }

    /** Begins from the beginning of the topic. */
    synchronized void begin() {
        caughtUp = false;
        show(false);
    }

    /** Notes that the view has applied what was in the topic at the start. */
    synchronized void caughtUp() {
        caughtUp = true;
        show(true);
    }

    /**
     * Looks at what the last answer of Kafka said.
     *
     * @param entries how many are not applied yet; empty when that is not known
     * @param recordedAt when the last entry was recorded that was applied, in nanoseconds since 1970
     * @param heard whether there was an answer
     */
    synchronized void look(OptionalLong entries, long recordedAt, boolean heard) {
        if (entries.isEmpty()) {
            return;
        }
        long now = TimeUnit.MILLISECONDS.toNanos(clock.millis());
        long nanos = entries.getAsLong() == 0 ? 0 : Math.max(0, now - recordedAt);
        metrics.lag(entries.getAsLong(), nanos);
        if (caughtUp && (heard || nanos == 0)) {
            show(nanos <= most.toNanos());
        }
    }

    private void show(boolean isReady) {
        if (ready != isReady) {
            ready = isReady;
            if (ready) {
                health.ready();
            } else {
                health.unready();
            }
        }
    }
}
