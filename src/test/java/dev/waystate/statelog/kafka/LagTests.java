package dev.waystate.statelog.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waystate.statelog.TestHealth;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class LagTests {

    private static final Instant NOW = Instant.parse("2026-11-26T00:00:00Z");

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final TestHealth health = new TestHealth();

    private final Lag lag =
            new Lag(Clock.fixed(NOW, ZoneOffset.UTC), Duration.ofSeconds(30), health, new ReplicationMetrics(meters));

    @Test
    void aReplicaIsReadyWhenItHasAppliedWhatWasInTheTopicAtTheStart() {
        look(0, 0, true);
        assertThat(health.unready).isTrue();
        lag.caughtUp();
        assertThat(health.unready).isFalse();
        lag.begin();
        look(0, 0, true);
        assertThat(health.unready).as("while the view is built again").isTrue();
    }

    @Test
    void aReplicaThatIsFarBehindIsNotReadyUntilItIsCloser() {
        lag.caughtUp();
        look(5, 30, true);
        assertThat(health.unready).isFalse();
        look(5, 31, true);
        assertThat(health.unready).isTrue();
        assertThat(meters.get("waystate.replica.lag.entries").gauge().value()).isEqualTo(5);
        assertThat(meters.get("waystate.replica.lag").gauge().value()).isEqualTo(31);
        look(5, 29, true);
        assertThat(health.unready).isFalse();
    }

    @Test
    void whatWasRecordedLongAgoIsNoLagWhenAllIsApplied() {
        lag.caughtUp();
        look(5, 31, true);
        look(0, 3_600, false);
        assertThat(health.unready).isFalse();
        assertThat(meters.get("waystate.replica.lag").gauge().value()).isZero();
    }

    @Test
    void aReplicaStaysReadyWhileKafkaDoesNotAnswer() {
        lag.caughtUp();
        look(5, 3_600, false);
        lag.look(OptionalLong.empty(), false);
        assertThat(health.unready).isFalse();
    }

    @Test
    void anEntryFromAClockThatIsAheadHidesNoLagBehindIt() {
        lag.caughtUp();
        look(5, -86_400, true);
        assertThat(health.unready).as("what is ahead is not behind").isFalse();
        look(5, 31, true);
        assertThat(health.unready).isTrue();
    }

    private void look(long entries, long secondsBehind, boolean heard) {
        lag.applied(NOW.minusSeconds(secondsBehind).toEpochMilli());
        lag.look(OptionalLong.of(entries), heard);
    }
}
