package dev.waystate.cli.output;

import static dev.waystate.text.Answers.ENDED;
import static dev.waystate.text.Answers.PRESENT;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class TransitionTextTests {

    @Test
    void stateHasLastedUntilTheNextOneOrNow() {
        Instant now = Instant.parse("2026-02-03T06:08:07Z");

        assertThat(TransitionText.table()
                        .lines(List.of(TransitionText.row(PRESENT, now), TransitionText.row(ENDED, now))))
                .containsExactly(
                        "STATUS   SINCE                     UNTIL                     LASTED  POSITION",
                        "99       2026-02-03T06:06:06.000Z  now                       2m 1s          9",
                        "STARVED  2026-02-03T04:05:06.123Z  2026-02-03T06:06:06.000Z  2h 0m          7");
    }

    @Test
    void clockThatIsBehindMakesNoNegativeDuration() {
        assertThat(TransitionText.row(PRESENT, Instant.parse("2026-02-03T06:06:05Z")))
                .contains("0s");
    }
}
