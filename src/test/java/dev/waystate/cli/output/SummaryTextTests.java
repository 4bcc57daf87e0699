package dev.waystate.cli.output;

import static dev.waystate.text.Answers.EARLIER_SUMMARY;
import static dev.waystate.text.Answers.SUMMARY;
import static dev.waystate.text.Answers.SUMMARY_OVER_TIME;
import static org.assertj.core.api.Assertions.assertThat;

import dev.waystate.proto.v1.GetSummaryResponse;
import org.junit.jupiter.api.Test;

class SummaryTextTests {

    @Test
    void withoutBarsLinesAreStable() {
        assertThat(SummaryText.lines(SUMMARY, false))
                .containsExactly(
                        "earliest position 5",
                        "head position     1000",
                        "log id            0123456789abcdef0123456789abcdef",
                        "",
                        "STATUS      REPORTS     SOURCES",
                        "OK              900          80",
                        "STARVED          99          20",
                        "-4                1           0");
    }

    @Test
    void barsAreScaledToTheLargest() {
        assertThat(SummaryText.lines(SUMMARY, true))
                .endsWith(
                        "OK              900          80  " + "█".repeat(30),
                        "STARVED          99          20  " + "█".repeat(7) + "▌",
                        "-4                1           0");
    }

    @Test
    void emptyLogHasTitlesAlone() {
        assertThat(SummaryText.lines(GetSummaryResponse.getDefaultInstance(), true))
                .last()
                .isEqualTo("STATUS      REPORTS     SOURCES");
    }

    @Test
    void earlierMomentIsNamedAndHasNoReports() {
        assertThat(SummaryText.lines(EARLIER_SUMMARY, false))
                .contains("as of position    7", "OK                -           5");
    }

    @Test
    void snapshotsAreATableWithAColumnForEachStatus() {
        assertThat(SummaryText.snapshots(SUMMARY_OVER_TIME))
                .containsExactly(
                        "log id  0123456789abcdef0123456789abcdef",
                        "",
                        "TIME                      POSITION  -4  STARVED",
                        "2026-02-03T04:05:06.000Z         3   0        2",
                        "2026-02-03T04:06:06.000Z       900  11        1");
    }
}
