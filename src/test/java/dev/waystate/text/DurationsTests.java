package dev.waystate.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTests {

    @ParameterizedTest
    @CsvSource({"0s,PT0S", "500ms,PT0.5S", "90s,PT90S", "10m,PT10M", "2h,PT2H", "1d,P1D", "PT2S,PT2S", "36500d,P36500D"
    })
    void durationHasAUnit(String text, Duration duration) {
        assertThat(Durations.fromText(text)).isEqualTo(duration);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "0", "5x", "-1s", "soon", "99999999999999999999s", "36501d", "1h30m"})
    void otherTextIsRefused(String text) {
        assertThatThrownBy(() -> Durations.fromText(text))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("Expected a duration with its unit");
    }

    @ParameterizedTest
    @ValueSource(strings = {"9000000d", "36501d", "99999999999999999999s"})
    void durationThatIsTooLongIsToldTheMost(String text) {
        assertThatThrownBy(() -> Durations.fromText(text))
                .hasMessageEndingWith("at most 36500d, but found \"" + text + "\".");
    }

    @ParameterizedTest
    @CsvSource({
        "PT0.999S, 0s",
        "PT59S, 59s",
        "PT60S, 1m 0s",
        "PT59M59S, 59m 59s",
        "PT3H5M59S, 3h 5m",
        "P1DT23H59M, 1d 23h",
        "P4000D, 4000d 0h"
    })
    void shownAreTheTwoLargestUnits(Duration duration, String text) {
        assertThat(Durations.text(duration)).isEqualTo(text);
    }
}
