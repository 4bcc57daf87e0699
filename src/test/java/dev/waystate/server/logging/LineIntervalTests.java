package dev.waystate.server.logging;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LineIntervalTests {

    private static final Duration MINUTE = Duration.ofMinutes(1);

    @Test
    void theNextLineIsAllowedWhenTheTimeHasPassed() {
        long begin = Long.MAX_VALUE; // nanoTime may overflow
        LineInterval interval = new LineInterval(MINUTE, begin);
        long late = begin + 5;

        assertThat(interval.allowsAt(late)).isTrue();
        assertThat(interval.allowsAt(late)).isFalse();
        assertThat(interval.allowsAt(late + MINUTE.toNanos() - 1)).isFalse();
        assertThat(interval.allowsAt(late + MINUTE.toNanos())).isTrue();
        assertThat(interval.allowsAt(late + MINUTE.toNanos() + 1)).isFalse();
    }
}
