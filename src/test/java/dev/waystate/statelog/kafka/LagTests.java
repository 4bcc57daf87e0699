package dev.waystate.statelog.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waystate.statelog.view.LogHealth;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LagTests {

    private static final Instant NOW = Instant.parse("2026-11-26T00:00:00Z");

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private boolean ready = true;

    private final Lag lag = new Lag(
            Clock.fixed(NOW, ZoneOffset.UTC),
            Duration.ofSeconds(30),
            new LogHealth() {
                @Override
                public void unready() {
                    ready = false;
                }

                @Override
                public void ready() {
                    ready = true;
                }

                @Override
                public void failed(Throwable problem) {
                    throw new AssertionError(problem);
                }
            },
            new ReplicationMetrics(meters));

    @Test
    void aReplicaIsReadyWhenItHasAppliedWhatWasInTheTopicAtTheStart() {
        look(0, 0, true);
        assertThat(ready).isFalse();
        lag.caughtUp();
        assertThat(ready).isTrue();
        lag.begin();
        look(0, 0, true);
        assertThat(ready).as("while the view is built again").isFalse();
    }

    @Test
    void aReplicaThatIsFarBehindIsNotReadyUntilItIsCloser() {
        lag.caughtUp();
        look(5, 30, true);
        assertThat(ready).isTrue();
        look(5, 31, true);
        assertThat(ready).isFalse();
        assertThat(meters.get("waystate.replica.lag.entries").gauge().value()).isEqualTo(5);
        assertThat(meters.get("waystate.replica.lag").gauge().value()).isEqualTo(31);
        look(5, 29, true);
        assertThat(ready).isTrue();
    }

    @Test
    void whatWasRecordedLongAgoIsNoLagWhenAllIsApplied() {
        lag.caughtUp();
        look(5, 31, true);
        look(0, 3_600, false);
        assertThat(ready).isTrue();
        assertThat(meters.get("waystate.replica.lag").gauge().value()).isZero();
    }

    @Test
    void aReplicaStaysReadyWhileKafkaDoesNotAnswer() {
        lag.caughtUp();
        look(5, 3_600, false);
        lag.look(OptionalLong.empty(), 0, false);
        assertThat(ready).isTrue();
    }

    private void look(long entries, long secondsBehind, boolean heard) {
        Instant recordedAt = NOW.minusSeconds(secondsBehind);
        lag.look(OptionalLong.of(entries), TimeUnit.SECONDS.toNanos(recordedAt.getEpochSecond()), heard);
    }
}
