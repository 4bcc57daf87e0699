package dev.waystate.statelog.view;

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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import javax.sql.DataSource;

/** Reads committed rows in short statements: no reader keeps the write-ahead log from being reset for long. */
final class LogReader {

    private static final String READ =
            "SELECT " + RecordRow.OF_RECORD + " FROM record WHERE position > ? ORDER BY position";

    private static final String FIND_NAMES = "SELECT id, name FROM source WHERE id IN (SELECT value FROM json_each(?))";

    private static final String SUMMARIZE = """
            SELECT earliest, head, status, reports, sources FROM bounds LEFT JOIN status_total
            ORDER BY reports DESC LIMIT 1000""";

    private final DataSource readers;
    private final LogBounds bounds;

    LogReader(DataSource readers, LogBounds bounds) {
        this.readers = readers;
        this.bounds = bounds;
    }

    List<StateRecord> read(long afterPositionExclusive, int maxBytes) throws SQLException {
        long head = bounds.head();
        checkPosition(afterPositionExclusive, head);
        if (afterPositionExclusive == head) {
            return List.of();
        }
        List<StateRecord> page = readIntact(afterPositionExclusive, head, maxBytes);
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
    private List<StateRecord> readIntact(long afterPositionExclusive, long head, int maxBytes) throws SQLException {
        List<RecordRow> rows;
        Map<Long, String> names;
        try (Connection connection = readers.getConnection()) {
            rows = rows(connection, afterPositionExclusive, head, maxBytes);
            names = names(connection, rows);
        }
        RecordChecksum checksum = new RecordChecksum();
        List<StateRecord> page = new ArrayList<>(rows.size());
        PageSize size = new PageSize(maxBytes);
        for (RecordRow row : rows) {
            StateRecord next = row.toRecord(names.get(row.sourceId()), checksum);
            if (next == null || !size.takes(next.info(), next.source())) {
                break;
            }
            page.add(next);
        }
        return page;
    }

    private static List<RecordRow> rows(Connection connection, long afterPositionExclusive, long head, int maxBytes)
            throws SQLException {
        List<RecordRow> rows = new ArrayList<>();
        PageSize size = new PageSize(maxBytes);
        try (PreparedStatement statement = connection.prepareStatement(READ)) {
            statement.setLong(1, afterPositionExclusive);
            try (ResultSet found = statement.executeQuery()) {
                long expected = afterPositionExclusive + 1;
                while (expected <= head && found.next()) {
                    RecordRow row = RecordRow.read(found);
                    if (row.position() != expected || row.info() == null || !size.takes(row.info(), "")) {
                        break;
                    }
                    rows.add(row);
                    expected++;
                }
            }
        }
        return rows;
    }

    /** Finds the names of a page's sources, each once: with the rows, each would be looked up for all of its records. */
    private static Map<Long, String> names(Connection connection, List<RecordRow> rows) throws SQLException {
        Set<Long> ids = rows.stream().map(RecordRow::sourceId).collect(Collectors.toSet());
        Map<Long, String> names = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(FIND_NAMES)) {
            statement.setString(1, ids.toString());
            try (ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    names.put(found.getLong(1), found.getString(2));
                }
            }
        }
        return names;
    }

    List<SourceState> sources(String afterNameExclusive, Collection<Integer> statuses, int limit, int maxBytes)
            throws SQLException {
        List<SourceState> sources = new ArrayList<>();
        PageSize size = new PageSize(maxBytes);
        RecordChecksum checksum = new RecordChecksum();
        try (Connection connection = readers.getConnection();
                PreparedStatement statement = connection.prepareStatement(sourcesQuery(statuses.size()))) {
            int parameter = 1;
            statement.setString(parameter++, afterNameExclusive);
            for (int status : statuses) {
                statement.setInt(parameter++, status);
            }
            statement.setInt(parameter, limit);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    String name = rows.getString(RecordRow.COUNT + 1);
                    long durableSequence = rows.getLong(RecordRow.COUNT + 2);
                    StateRecord latest = RecordRow.read(rows).toLatest(name, durableSequence, checksum);
                    if (!size.takes(latest.info(), name)) {
                        break;
                    }
                    sources.add(new SourceState(latest, durableSequence));
                }
            }
        }
        return sources;
    }

    private static String sourcesQuery(int statuses) {
        String filter =
                statuses == 0 ? "" : " AND status IN (" + String.join(", ", Collections.nCopies(statuses, "?")) + ")";
        return "SELECT " + RecordRow.OF_SOURCE + ", name, durable_sequence FROM source WHERE name > ?" + filter
                + " ORDER BY name LIMIT ?";
    }

    Summary summary() throws SQLException {
        List<StatusCount> statuses = new ArrayList<>();
        try (Connection connection = readers.getConnection();
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
