package dev.waystate.server.logging;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LineBudgetTests {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final LineBudget budget = new LineBudget(3);

    @Test
    void theFirstLinesOfASecondAreAllowed() {
        assertThat(allowed(10, 5 * SECOND)).isEqualTo(3);
        assertThat(allowed(10, 6 * SECOND - 1)).isZero();
    }

    @Test
    void eachSecondHasItsOwn() {
        assertThat(allowed(2, -SECOND)).isEqualTo(2); // nanoTime may be below zero
        assertThat(allowed(10, -1)).isEqualTo(1);
        assertThat(allowed(10, 0)).isEqualTo(3);
        assertThat(allowed(10, 60 * SECOND)).isEqualTo(3);
    }

    private long allowed(int lines, long nanos) {
        return IntStream.range(0, lines).filter(line -> budget.allowsAt(nanos)).count();
    }
}
