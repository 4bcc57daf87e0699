package dev.waystate.statelog.kafka;

import dev.waystate.statelog.operation.LogHealth;
import java.time.Clock;
import java.time.Duration;
import java.util.OptionalLong;

/**
 * How far the view is behind the topic, and whether that is too far to serve. It is ready once it has applied what was
 * in the topic at the start. While Kafka does not answer, nothing is known, and nothing changes.
 */
final class Lag {

    private final Clock clock;
    private final Duration most;
    private final LogHealth health;
    private final ReplicationMetrics metrics;

    // Guarded by this.
    private boolean caughtUp;
    private boolean ready;
    private long recordedAt;

    Lag(Clock clock, Duration most, LogHealth health, ReplicationMetrics metrics) {
        this.clock = clock;
        this.most = most;
        this.health = health;
        this.metrics = metrics;
        health.unready();
    }

    /** Notes that the view is built again from the beginning of the topic. */
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
     * Notes when the broker recorded the last applied entry, or the first that is not, in milliseconds since 1970. That may be before the entry
     * ahead of it. The time of the log, which never goes back, would hide the lag for as long as it is ahead.
     */
    synchronized void applied(long millis) {
        recordedAt = millis;
    }

    /**
     * Updates the lag by the last answer of Kafka.
     *
     * @param entries how many are not applied yet; empty when that is not known
     * @param heard whether there was an answer
     */
    synchronized void look(OptionalLong entries, boolean heard) {
        if (entries.isEmpty()) {
            return;
        }
        long millis = entries.getAsLong() == 0 ? 0 : Math.max(0, clock.millis() - recordedAt);
        metrics.lag(entries.getAsLong(), millis);
        if (caughtUp && (heard || millis == 0)) {
            show(millis <= most.toMillis());
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
