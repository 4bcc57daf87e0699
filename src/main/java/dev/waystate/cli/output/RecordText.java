package dev.waystate.cli.output;

import dev.waystate.cli.output.Table.Column;
import dev.waystate.proto.v1.Record;
import dev.waystate.text.Points;
import dev.waystate.text.StatusNames;
import dev.waystate.text.Times;
import java.util.List;

/** Records as rows of a table. */
public final class RecordText {

    private static final int TIME_WIDTH = 24;

    private RecordText() {}

    public static Table table() {
        return new Table(
                Column.number("POSITION", 0),
                Column.text("RECORDED", TIME_WIDTH),
                Column.text("SOURCE", 16),
                Column.number("SEQUENCE", 0),
                Column.status(),
                Column.text("LOCATION", 0),
                Column.free("INFO", 0));
    }

    public static List<String> row(Record stored) {
        return List.of(
                Long.toString(stored.getPosition()),
                Times.toMillis(stored.getRecordedAt()),
                stored.getSource(),
                sequence(stored),
                StatusNames.name(stored.getStatusValue()),
                stored.hasLocation() ? Points.text(stored.getLocation()) : "-",
                stored.getInfo());
    }

    /** Returns the sequence, or a dash if it has none. */
    private static String sequence(Record stored) {
        return stored.getSequence() == 0 ? "-" : Long.toString(stored.getSequence());
    }
}
