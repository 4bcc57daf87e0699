package dev.waystate.statelog.view;

import dev.waystate.geometry.Point;
import dev.waystate.statelog.StateRecord;
import dev.waystate.statelog.StoredRecord;
import java.nio.charset.StandardCharsets;
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
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads the tables of a log as texts. */
public final class Tables {

    private static final Map<String, String> COLUMNS = Map.of(
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

    /** Returns the records of a log behind a position. */
    static List<StateRecord> records(LogView view, long afterPositionExclusive) {
        List<StateRecord> records = new ArrayList<>();
        view.records().read(afterPositionExclusive, Integer.MAX_VALUE, record -> records.add(record.toRecord()));
        return records;
    }

    /** Returns the rows of the block table as they are. */
    static List<String> blocks(Path file) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            return rows(statement, "SELECT position, records, hex(data) FROM block ORDER BY 1");
        }
    }

    /** Returns the rows of each table, in the order of its key, and the records that are kept. */
    public static Map<String, List<String>> read(Path file) throws SQLException {
        Map<String, List<String>> tables = new TreeMap<>();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            for (Map.Entry<String, String> table : COLUMNS.entrySet()) {
                String query = "SELECT " + table.getValue() + " FROM " + table.getKey() + " ORDER BY 1, 2";
                tables.put(table.getKey(), rows(statement, query));
            }
            tables.put("record", records(connection));
        }
        return tables;
    }

    private static List<String> records(Connection connection) throws SQLException {
        List<String> records = new ArrayList<>();
        try (RecordScan scan = new RecordScan(connection, LogBounds.earliest(connection), Long.MAX_VALUE)) {
            while (scan.next()) {
                BlockCursor record = scan.record();
                Point location = record.location();
                records.add(Stream.of(
                                record.position(),
                                record.sourceId(),
                                record.sequence(),
                                record.status(),
                                new String(
                                        record.bytes(),
                                        record.infoStart(),
                                        record.infoLength(),
                                        StandardCharsets.UTF_8),
                                record.reportedAt() == StoredRecord.NOT_REPORTED ? "null" : record.reportedAt(),
                                record.recordedAt(),
                                record.checksum(),
                                record.previous() == RecordRow.UNLINKED ? "null" : record.previous(),
                                location == null ? "null" : location.x(),
                                location == null ? "null" : location.y())
                        .map(String::valueOf)
                        .collect(Collectors.joining(" | ")));
            }
        }
        return records;
    }

    private static List<String> rows(Statement statement, String query) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (ResultSet row = statement.executeQuery(query)) {
            while (row.next()) {
                rows.add(text(row));
            }
        }
        return rows;
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
