package dev.waystate.text;

import static dev.waystate.text.Answers.EARLIER_SUMMARY;
import static dev.waystate.text.Answers.ENDED;
import static dev.waystate.text.Answers.PRESENT;
import static dev.waystate.text.Answers.RECORD;
import static dev.waystate.text.Answers.SUMMARY;
import static dev.waystate.text.Answers.SUMMARY_OVER_TIME;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import dev.waystate.proto.Displacement;
import dev.waystate.proto.Point;
import dev.waystate.proto.v1.Record;
import org.junit.jupiter.api.Test;

class JsonTests {

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
        assertThat(Json.text(Json.summary(EARLIER_SUMMARY)))
                .contains("[{\"status\":\"OK\",\"sources\":5}],\"as_of_position\":7,");
    }

    @Test
    void snapshotsAreAnArray() {
        assertThat(Json.text(Json.summary(SUMMARY_OVER_TIME)))
                .endsWith("\"snapshots\":[{\"time\":\"2026-02-03T04:05:06.000000000Z\",\"position\":3,"
                        + "\"statuses\":[{\"status\":\"STARVED\",\"sources\":2}]},"
                        + "{\"time\":\"2026-02-03T04:06:06.000000000Z\",\"position\":900,"
                        + "\"statuses\":[{\"status\":-4,\"sources\":11},{\"status\":\"STARVED\",\"sources\":1}]}]}");
    }
}
