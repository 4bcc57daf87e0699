package dev.waystate.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import dev.waystate.proto.Displacement;
import dev.waystate.proto.Point;
import dev.waystate.proto.v1.GetSummaryResponse;
import dev.waystate.proto.v1.Record;
import dev.waystate.proto.v1.Snapshot;
import dev.waystate.proto.v1.StatusCount;
import dev.waystate.proto.v1.Transition;
import org.junit.jupiter.api.Test;

class JsonTests {

    private static final Record RECORD = Record.newBuilder()
            .setPosition(7)
            .setSource("\u00e9")
            .setStatusValue(2)
            .setInfo("a \"b\"\n\u001b")
            .setRecordedAt(Timestamp.newBuilder().setSeconds(1_770_091_506).setNanos(123_456_789))
            .build();

    private static final GetSummaryResponse SUMMARY = GetSummaryResponse.newBuilder()
            .setEarliestPosition(5)
            .setHeadPosition(1_000)
            .setAsOfPosition(1_000)
            .setLogId("0123456789abcdef0123456789abcdef")
            .addStatuses(count(1, 900, 80))
            .addStatuses(count(3, 99, 20))
            .addStatuses(count(-4, 1, 0))
            .build();

    private static final Timestamp BEGIN = Times.fromText("2026-02-03T04:05:06.123Z");

    private static final Transition ENDED = Transition.newBuilder()
            .setPosition(7)
            .setStatusValue(3)
            .setSince(BEGIN)
            .setUntil(Times.fromText("2026-02-03T06:06:06Z"))
            .build();

    private static final Transition PRESENT = ENDED.toBuilder()
            .setPosition(9)
            .setStatusValue(99)
            .setSince(ENDED.getUntil())
            .clearUntil()
            .build();

    @Test
    void jsonRepeatsThePoints() {
        Displacement displacement = Points.displacement("-3,4", "0,0");

        assertThat(Json.text(Json.displacement(displacement, 5)))
                .isEqualTo("{\"start\":{\"x\":-3,\"y\":4},\"end\":{\"x\":0,\"y\":0},\"distance\":5}");
    }

    @Test
    void jsonHasWhatTheRecordHas() {
        assertThat(Json.text(Json.record(RECORD)))
                .isEqualTo("{\"position\":7,\"source\":\"\u00e9\",\"status\":\"THIRSTY\","
                        + "\"info\":\"a \\\"b\\\"\\n\\u001B\",\"recorded_at\":\"2026-02-03T04:05:06.123456789Z\"}");
    }

    @Test
    void jsonHasTheNumberOfAStatusWithoutAName() {
        Record stored = RECORD.toBuilder()
                .setStatusValue(99)
                .setSequence(3)
                .setInfo("")
                .setReportedAt(Timestamp.getDefaultInstance())
                .build();

        assertThat(Json.text(Json.record(stored)))
                .contains(
                        "\"sequence\":3,\"status\":99,\"info\":\"\",\"reported_at\":\"1970-01-01T00:00:00.000000000Z\"");
    }

    @Test
    void jsonIsOneObject() {
        assertThat(Json.text(Json.summary(SUMMARY)))
                .isEqualTo("{\"earliest_position\":5,\"head_position\":1000,\"statuses\":["
                        + "{\"status\":\"OK\",\"reports\":900,\"sources\":80},"
                        + "{\"status\":\"STARVED\",\"reports\":99,\"sources\":20},"
                        + "{\"status\":-4,\"reports\":1,\"sources\":0}],"
                        + "\"as_of_position\":1000,\"log_id\":\"0123456789abcdef0123456789abcdef\"}");
    }

    @Test
    void jsonHasNoEndWhileAStateLasts() {
        assertThat(Json.text(Json.transition(ENDED)))
                .isEqualTo("{\"position\":7,\"status\":\"STARVED\",\"since\":\"2026-02-03T04:05:06.123000000Z\","
                        + "\"until\":\"2026-02-03T06:06:06.000000000Z\"}");
        assertThat(Json.text(Json.transition(PRESENT)))
                .isEqualTo("{\"position\":9,\"status\":99,\"since\":\"2026-02-03T06:06:06.000000000Z\"}");
    }

    @Test
    void locationIsAnObject() {
        Record stored = RECORD.toBuilder()
                .setLocation(Point.newBuilder().setX(-3).setY(4))
                .build();

        assertThat(Json.text(Json.record(stored))).endsWith("\"location\":{\"x\":-3,\"y\":4}}");
    }

    @Test
    void statesOfAnEarlierMomentHaveNoReports() {
        GetSummaryResponse earlier = SUMMARY.toBuilder()
                .setAsOfPosition(7)
                .clearStatuses()
                .addStatuses(count(1, 0, 5))
                .build();

        assertThat(Json.text(Json.summary(earlier)))
                .contains("[{\"status\":\"OK\",\"sources\":5}],\"as_of_position\":7,");
    }

    @Test
    void snapshotsAreAnArray() {
        GetSummaryResponse period = SUMMARY.toBuilder()
                .addSnapshots(snapshot(1_770_091_506, 3).addStatuses(count(3, 0, 2)))
                .addSnapshots(snapshot(1_770_091_566, 900)
                        .addStatuses(count(-4, 0, 11))
                        .addStatuses(count(3, 0, 1)))
                .build();

        assertThat(Json.text(Json.summary(period)))
                .endsWith("\"snapshots\":[{\"time\":\"2026-02-03T04:05:06.000000000Z\",\"position\":3,"
                        + "\"statuses\":[{\"status\":\"STARVED\",\"sources\":2}]},"
                        + "{\"time\":\"2026-02-03T04:06:06.000000000Z\",\"position\":900,"
                        + "\"statuses\":[{\"status\":-4,\"sources\":11},{\"status\":\"STARVED\",\"sources\":1}]}]}");
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
