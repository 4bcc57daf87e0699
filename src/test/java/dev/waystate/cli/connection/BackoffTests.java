package dev.waystate.cli.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BackoffTests {

    @Test
    void pausesDoubleFrom100MillisecondsTo5Seconds() {
        Backoff backoff = new Backoff(() -> 0);

        assertThat(Stream.generate(backoff::next).limit(8).map(Duration::toMillis))
                .containsExactly(100L, 200L, 400L, 800L, 1600L, 3200L, 5000L, 5000L);
    }

    @Test
    void chanceShortensAPauseByUpToAHalf() {
        Backoff backoff = new Backoff(() -> 0.5);

        assertThat(backoff.next()).isEqualTo(Duration.ofMillis(75));
        assertThat(backoff.next()).isEqualTo(Duration.ofMillis(150));
    }

    @Test
    void resetBeginsAgain() {
        Backoff backoff = new Backoff(() -> 0);
        backoff.next();
        backoff.next();

        backoff.reset();

        assertThat(backoff.next()).isEqualTo(Duration.ofMillis(100));
    }
}
