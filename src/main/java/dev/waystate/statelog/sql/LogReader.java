package dev.waystate.statelog.sql;

import dev.waystate.statelog.DamagedRecordException;
import dev.waystate.statelog.PositionBeyondHeadException;
import dev.waystate.statelog.PrunedPositionException;
import dev.waystate.statelog.SourceState;
import dev.waystate.statelog.StateRecord;
import dev.waystate.statelog.Summary;
import dev.waystate.statelog.Summary.StatusCount;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/** Reads committed rows, each call in one statement: no reader keeps the write-ahead log from being reset for long. */
final class LogReader {

    private static final int PAGE_RECORDS = 1_000;
    private static final int PAGE_INFO_CHARS = 256 * 1024;

    private static final String READ = "SELECT " + RecordRows.COLUMNS
            + ", (SELECT name FROM source WHERE id = source_id) FROM record WHERE position > ? ORDER BY position LIMIT "
            + PAGE_RECORDS;

    private static final String SUMMARIZE = """
            SELECT earliest, head, status, reports, sources FROM bounds LEFT JOIN status_total
            ORDER BY reports DESC LIMIT 1000""";

    private final SqliteDatabase database;
    private final LogBounds bounds;

    LogReader(SqliteDatabase database, LogBounds bounds) {
        this.database = database;
        this.bounds = bounds;
    }

    List<StateRecord> read(long afterPositionExclusive) throws SQLException {
        long head = bounds.head();
        checkPosition(afterPositionExclusive, head);
        if (afterPositionExclusive == head) {
            return List.of();
        }
        List<StateRecord> page = readIntact(afterPositionExclusive, head);
        if (page.isEmpty()) {
            checkPosition(afterPositionExclusive, head); // retention may have passed by meanwhile
            throw new DamagedRecordException(afterPositionExclusive + 1);
        }
        return page;
    }

    private void checkPosition(long afterPositionExclusive, long head) {
        if (afterPositionExclusive > head) {
            throw new PositionBeyondHeadException(afterPositionExclusive, head);
        }
        long earliest = bounds.earliest();
        if (afterPositionExclusive + 1 < earliest) {
            throw new PrunedPositionException(afterPositionExclusive, earliest);
        }
    }

    /** Reads records up to the first that is missing or damaged. */
    private List<StateRecord> readIntact(long afterPositionExclusive, long head) throws SQLException {
        List<StateRecord> page = new ArrayList<>();
        RecordChecksum checksum = new RecordChecksum();
        int infoChars = 0;
        try (Connection connection = database.reader();
                PreparedStatement statement = connection.prepareStatement(READ)) {
            statement.setLong(1, afterPositionExclusive);
            try (ResultSet rows = statement.executeQuery()) {
                long expected = afterPositionExclusive + 1;
                while (expected <= head && infoChars < PAGE_INFO_CHARS && rows.next()) {
                    StateRecord next = RecordRows.toRecord(rows, rows.getString(RecordRows.COUNT + 1), checksum);
                    if (next == null || next.position() != expected) {
                        break;
                    }
                    page.add(next);
                    infoChars += next.info().length();
                    expected++;
                }
            }
        }
        return page;
    }

    List<SourceState> sources(String afterNameExclusive, Collection<Integer> statuses, int limit) throws SQLException {
        List<SourceState> sources = new ArrayList<>();
        RecordChecksum checksum = new RecordChecksum();
        try (Connection connection = database.reader();
                PreparedStatement statement = connection.prepareStatement(sourcesQuery(statuses.size()))) {
            int parameter = 1;
            statement.setString(parameter++, afterNameExclusive);
            for (int status : statuses) {
                statement.setInt(parameter++, status);
            }
            statement.setInt(parameter, limit);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    String name = rows.getString(RecordRows.COUNT + 1);
                    long durableSequence = rows.getLong(RecordRows.COUNT + 2);
                    sources.add(new SourceState(
                            RecordRows.checkSource(rows, name, durableSequence, checksum), durableSequence));
                }
            }
        }
        return sources;
    }

    private static String sourcesQuery(int statuses) {
        String filter =
                statuses == 0 ? "" : " AND status IN (" + String.join(", ", Collections.nCopies(statuses, "?")) + ")";
        return "SELECT " + RecordRows.COLUMNS + ", name, durable_sequence FROM source WHERE name > ?" + filter
                + " ORDER BY name LIMIT ?";
    }

    Summary summary() throws SQLException {
        List<StatusCount> statuses = new ArrayList<>();
        try (Connection connection = database.reader();
                PreparedStatement statement = connection.prepareStatement(SUMMARIZE);
                ResultSet rows = statement.executeQuery()) {
            rows.next();
            long earliest = Math.max(rows.getLong(1), bounds.earliest()); // from which readers are let in
            long head = rows.getLong(2);
            do {
                StatusCount count = new StatusCount(rows.getInt(3), rows.getLong(4), rows.getLong(5));
                if (count.reports() > 0) { // the outer join gives an empty log one row of nulls
                    statuses.add(count);
                }
            } while (rows.next());
            statuses.sort(Comparator.comparingInt(StatusCount::status));
            return new Summary(earliest, head, statuses);
        }
    }
}
