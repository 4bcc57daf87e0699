package dev.waystate.cli.output;

import dev.waystate.cli.output.Table.Column;
import dev.waystate.proto.v1.Record;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Records as rows of a table and as JSON. */
public final class RecordText {

    private static final int TIME_WIDTH = 24;
    private static final int STATUS_WIDTH = 7;

    private RecordText() {}

    public static Table table() {
        return new Table(
                Column.number("POSITION", 0),
                Column.text("RECORDED", TIME_WIDTH),
                Column.text("SOURCE", 16),
                Column.number("SEQUENCE", 0),
                Column.text("STATUS", STATUS_WIDTH),
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

    public static String json(Record stored) {
        return JsonText.of(members(stored));
    }

    /** Returns the members of the JSON object, in order; those that the record has not are missing. */
    static Map<String, Object> members(Record stored) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("position", stored.getPosition());
        members.put("source", stored.getSource());
        if (stored.getSequence() > 0) {
            members.put("sequence", stored.getSequence());
        }
        members.put("status", StatusNames.json(stored.getStatusValue()));
        members.put("info", stored.getInfo());
        if (stored.hasReportedAt()) {
            members.put("reported_at", Times.toNanos(stored.getReportedAt()));
        }
        members.put("recorded_at", Times.toNanos(stored.getRecordedAt()));
        if (stored.hasLocation()) {
            members.put("location", Points.members(stored.getLocation()));
        }
        return members;
    }
}
