package dev.waystate.cli.output;

import static dev.waystate.text.Answers.RECORD;
import static org.assertj.core.api.Assertions.assertThat;

import dev.waystate.proto.Point;
import dev.waystate.proto.v1.Record;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecordTextTests {

    @Test
    void rowHasDashesForAMissingSequenceAndLocation() {
        assertThat(RecordText.table().lines(List.of(RecordText.row(RECORD))))
                .containsExactly(
                        "POSITION  RECORDED                  SOURCE            SEQUENCE  STATUS   LOCATION  INFO",
                        "       7  2026-02-03T04:05:06.123Z  \u00e9                        -  THIRSTY"
                                + "  -         a \"b\"\\u000A\\u001B");
    }

    @Test
    void rowHasTheLocation() {
        Record stored = RECORD.toBuilder()
                .setLocation(Point.newBuilder().setX(-3).setY(4))
                .build();

        assertThat(RecordText.row(stored)).contains("-3,4");
    }
}
