package dev.waystate.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BarTests {

    @ParameterizedTest
    @CsvSource({"0,''", "1,▏", "16,▏", "64,▌", "128,█", "192,█▌", "256,██"})
    void barsGrowByEighthsOfACharacter(long value, String bar) {
        assertThat(Bar.of(value, 256, 2)).isEqualTo(bar);
    }
}
