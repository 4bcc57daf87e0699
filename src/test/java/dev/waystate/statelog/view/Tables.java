package dev.waystate.statelog.view;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Reads the tables of a log as texts. */
public final class Tables {

    private static final Map<String, String> COLUMNS = Map.of(
            "record",
            "position, source_id, sequence, status, info, reported_at, recorded_at, checksum, previous, x, y",
            "source",
            "id, name, durable_sequence, position, sequence, status, info, reported_at, recorded_at, checksum,"
                    + " state_since, located_at, x, y, first_x, first_y, travelled, travelled_rest",
            "transition",
            "source_id, position, status, since, checksum",
            "status_total",
            "status, reports, sources",
            "source_location",
            "source_id, min_x, max_x, min_y, max_y",
            "session",
            "hex(id), counter, recorded_at",
            "claim",
            "source, hex(session), counter",
            "topic",
            "cluster, topic, next_offset, leader_epoch",
            "bounds",
            "earliest, head, recorded_at, hex(log_id), states_from");

    private Tables() {}

    /** Returns the rows of each table, in the order of its key. */
    public static Map<String, List<String>> read(Path file) throws SQLException {
        Map<String, List<String>> tables = new TreeMap<>();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            for (Map.Entry<String, String> table : COLUMNS.entrySet()) {
                List<String> rows = new ArrayList<>();
                try (ResultSet row = statement.executeQuery(
                        "SELECT " + table.getValue() + " FROM " + table.getKey() + " ORDER BY 1, 2")) {
                    while (row.next()) {
                        rows.add(text(row));
                    }
                }
                tables.put(table.getKey(), rows);
            }
        }
        return tables;
    }

    private static String text(ResultSet row) throws SQLException {
        List<String> values = new ArrayList<>();
        for (int column = 1; column <= row.getMetaData().getColumnCount(); column++) {
            Object value = row.getObject(column);
            values.add(value instanceof Double real ? Double.toHexString(real) : String.valueOf(value));
        }
        return String.join(" | ", values);
    }
}
