package dev.waystate.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Timestamp;
import dev.waystate.proto.v1.Moment;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimesTests {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2026-02-03T04:05:06.123Z",
                "2026-02-03t04:05:06.123z",
                " 2026-02-03 04:05:06.123z ",
                "2026-02-03T06:05:06.123+02:00",
                "2026-02-03T04:05:06.123000000-00:00"
            })
    void timesWithAnOffsetAreRead(String text) {
        Timestamp time = Times.fromText(text);

        assertThat(Times.toMillis(time)).isEqualTo("2026-02-03T04:05:06.123Z");
        assertThat(Times.toNanos(time)).isEqualTo("2026-02-03T04:05:06.123000000Z");
    }

    @ParameterizedTest
    @CsvSource({"0s, 0", "90s, 90", "10m, 600", "2h, 7200", "1d, 86400"})
    void ageIsCountedBackFromNow(String text, long seconds) {
        Instant before = Instant.now();

        Instant time = Times.toInstant(Times.fromTextOrAge(text));

        assertThat(time.plusSeconds(seconds)).isBetween(before, Instant.now());
    }

    @Test
    void momentIsAPositionOrATime() {
        Timestamp time = Times.fromText("2026-02-03T04:05:06Z");

        assertThat(Times.moment("0"))
                .isEqualTo(Moment.newBuilder().setPosition(0).build());
        assertThat(Times.moment("2026-02-03T04:05:06Z"))
                .isEqualTo(Moment.newBuilder().setTime(time).build());
        assertThat(Times.moment("10m").hasTime()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "-1, a position from 0",
        "99999999999999999999, a position from 0",
        "10x, a duration with its unit",
        "yesterday, a time in RFC 3339",
        "'', a time in RFC 3339",
        "2026-02-03, a time in RFC 3339"
    })
    void momentThatIsNoneIsRefused(String text, String expected) {
        assertThatThrownBy(() -> Times.moment(text))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("Expected " + expected);
    }

    @Test
    void timesBefore1970CountBackwardsFromWholeSeconds() {
        Timestamp time = Times.fromText("1969-12-31T23:59:59.999999999Z");

        assertThat(time.getSeconds()).isEqualTo(-1);
        assertThat(Times.toNanos(time)).isEqualTo("1969-12-31T23:59:59.999999999Z");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "now",
                "2026-02-03",
                "2026-02-03T04:05:06",
                "2016-12-31T23:59:60Z",
                "2026-02-30T04:05:06Z",
                "1677-12-31T23:59:59Z",
                "2262-01-01T00:00:00Z",
                "1770091506"
            })
    void otherTextIsRefused(String text) {
        assertThatThrownBy(() -> Times.fromText(text))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("Expected a time ");
    }
}
