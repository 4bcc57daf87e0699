package dev.waystate.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import dev.waystate.proto.Point;
import dev.waystate.proto.v1.Record;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecordTextTests {

    private static final Record RECORD = Record.newBuilder()
            .setPosition(7)
            .setSource("\u00e9")
            .setStatusValue(2)
            .setInfo("a \"b\"\n\u001b")
            .setRecordedAt(Timestamp.newBuilder().setSeconds(1_770_091_506).setNanos(123_456_789))
            .build();

    @Test
    void rowHasDashesForAMissingSequenceAndLocation() {
        assertThat(RecordText.table().lines(List.of(RecordText.row(RECORD))))
                .containsExactly(
                        "POSITION  RECORDED                  SOURCE            SEQUENCE  STATUS   LOCATION  INFO",
                        "       7  2026-02-03T04:05:06.123Z  \u00e9                        -  THIRSTY"
                                + "  -         a \"b\"\\u000A\\u001B");
    }

    @Test
    void jsonHasWhatTheRecordHas() {
        assertThat(RecordText.json(RECORD))
                .isEqualTo("{\"position\":7,\"source\":\"\u00e9\",\"status\":\"THIRSTY\","
                        + "\"info\":\"a \\\"b\\\"\\n\\u001B\",\"recorded_at\":\"2026-02-03T04:05:06.123456789Z\"}");
    }

    @Test
    void locationIsShownAsAPoint() {
        Record stored = RECORD.toBuilder()
                .setLocation(Point.newBuilder().setX(-3).setY(4))
                .build();

        assertThat(RecordText.row(stored)).contains("-3,4");
        assertThat(RecordText.json(stored)).endsWith("\"location\":{\"x\":-3,\"y\":4}}");
    }

    @Test
    void jsonHasTheNumberOfAStatusWithoutAName() {
        Record stored = RECORD.toBuilder()
                .setStatusValue(99)
                .setSequence(3)
                .setInfo("")
                .setReportedAt(Timestamp.getDefaultInstance())
                .build();

        assertThat(RecordText.json(stored))
                .contains(
                        "\"sequence\":3,\"status\":99,\"info\":\"\",\"reported_at\":\"1970-01-01T00:00:00.000000000Z\"");
    }
}
