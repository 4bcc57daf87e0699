package dev.waystate.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waystate.proto.v1.GetSummaryResponse;
import dev.waystate.proto.v1.StatusCount;
import org.junit.jupiter.api.Test;

class SummaryTextTests {

    private static final GetSummaryResponse SUMMARY = GetSummaryResponse.newBuilder()
            .setEarliestPosition(5)
            .setHeadPosition(1_000)
            .addStatuses(count(1, 900, 80))
            .addStatuses(count(3, 99, 20))
            .addStatuses(count(-4, 1, 0))
            .build();

    @Test
    void withoutBarsLinesAreStable() {
        assertThat(SummaryText.lines(SUMMARY, false))
                .containsExactly(
                        "earliest position 5",
                        "head position     1000",
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
    void jsonIsOneObject() {
        assertThat(SummaryText.json(SUMMARY))
                .isEqualTo("{\"earliest_position\":5,\"head_position\":1000,\"statuses\":["
                        + "{\"status\":\"OK\",\"reports\":900,\"sources\":80},"
                        + "{\"status\":\"STARVED\",\"reports\":99,\"sources\":20},"
                        + "{\"status\":-4,\"reports\":1,\"sources\":0}]}");
    }

    private static StatusCount count(int status, long reports, long sources) {
        return StatusCount.newBuilder()
                .setStatusValue(status)
                .setReports(reports)
                .setSources(sources)
                .build();
    }
}
