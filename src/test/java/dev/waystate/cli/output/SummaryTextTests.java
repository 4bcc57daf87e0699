package dev.waystate.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import dev.waystate.proto.v1.GetSummaryResponse;
import dev.waystate.proto.v1.Snapshot;
import dev.waystate.proto.v1.StatusCount;
import org.junit.jupiter.api.Test;

class SummaryTextTests {

    private static final GetSummaryResponse SUMMARY = GetSummaryResponse.newBuilder()
            .setEarliestPosition(5)
            .setHeadPosition(1_000)
            .setAsOfPosition(1_000)
            .setLogId("0123456789abcdef0123456789abcdef")
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
        GetSummaryResponse earlier = SUMMARY.toBuilder()
                .setAsOfPosition(7)
                .clearStatuses()
                .addStatuses(count(1, 0, 5))
                .build();

        assertThat(SummaryText.lines(earlier, false))
                .contains("as of position    7", "OK                -           5");
    }

    @Test
    void snapshotsAreATableWithAColumnForEachStatus() {
        GetSummaryResponse period = SUMMARY.toBuilder()
                .addSnapshots(snapshot(1_770_091_506, 3).addStatuses(count(3, 0, 2)))
                .addSnapshots(snapshot(1_770_091_566, 900)
                        .addStatuses(count(-4, 0, 11))
                        .addStatuses(count(3, 0, 1)))
                .build();

        assertThat(SummaryText.snapshots(period))
                .containsExactly(
                        "log id  0123456789abcdef0123456789abcdef",
                        "",
                        "TIME                      POSITION  -4  STARVED",
                        "2026-02-03T04:05:06.000Z         3   0        2",
                        "2026-02-03T04:06:06.000Z       900  11        1");
    }

    private static Snapshot.Builder snapshot(long seconds, long position) {
        return Snapshot.newBuilder()
                .setTime(Timestamp.newBuilder().setSeconds(seconds))
                .setPosition(position);
    }

    private static StatusCount count(int status, long reports, long sources) {
        return StatusCount.newBuilder()
                .setStatusValue(status)
                .setReports(reports)
                .setSources(sources)
                .build();
    }
}
