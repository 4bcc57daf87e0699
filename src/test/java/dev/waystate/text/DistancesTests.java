package dev.waystate.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DistancesTests {

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "5, 5",
        "12.165525, 12.165525",
        "1.4142135, 1.4142135",
        "100, 100",
        "16777216, 16777216",
        "6.0740009E9, 6074000896",
        "1.0E10, 10000000000",
        "0.1, 0.1",
        "1.4E-45, 0.000000000000000000000000000000000000000000001",
        "NaN, NaN",
        "-Infinity, -Infinity"
    })
    void distancesHaveNoExponentAndNoDigitTooMany(float distance, String text) {
        assertThat(Distances.text(distance)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.MAX_VALUE, Float.MIN_NORMAL, 2.0e-3f, 8388607.5f, 33554430f, 1.17549435E-38f})
    void textReadsBackAsTheSameFloat(float distance) {
        assertThat(Float.parseFloat(Distances.text(distance))).isEqualTo(distance);
    }
}
