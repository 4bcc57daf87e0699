package dev.waystate.statelog.view;

import dev.waystate.statelog.DamagedRecordException;
import dev.waystate.statelog.HistoryPlace;
import dev.waystate.statelog.Page;
import dev.waystate.statelog.PositionBeyondHeadException;
import dev.waystate.statelog.PrunedPositionException;
import dev.waystate.statelog.StateRecord;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads records: the log from a position or a time on, and the history of one source. */
public final class RecordReader {

    private static final String READ =
            "SELECT " + RecordRow.COLUMNS + " FROM record WHERE position > ? ORDER BY position";

    private static final String FIND_NAMES = "SELECT id, name FROM source WHERE id IN (SELECT value FROM json_each(?))";

    private static final String FIND = "SELECT " + RecordRow.COLUMNS
            + ", (SELECT name FROM source WHERE id = source_id) FROM record WHERE position = ?";

    private static final int NAME_COLUMN = 12;

    private static final String FIND_UNLINKED = "SELECT " + RecordRow.COLUMNS + " FROM record"
            + " WHERE source_id = ? AND position < ? AND position >= ? ORDER BY position DESC";

    /** How many records a page of one source may look at: some milliseconds for those that are linked. */
    private static final int MOST_LINKED = 5_000;

    private static final int MOST_UNLINKED = 100_000;

    private final Readers readers;
    private final LogBounds bounds;

    RecordReader(Readers readers, LogBounds bounds) {
        this.readers = readers;
        this.bounds = bounds;
    }

    /** Reads as {@link dev.waystate.statelog.StateLog#read} does. */
    public List<StateRecord> read(long afterPositionExclusive, int maxBytes) {
        long head = bounds.head();
        checkPosition(afterPositionExclusive, head);
        if (afterPositionExclusive == head) {
            return List.of();
        }
        List<StateRecord> page = readers.read(
                afterPositionExclusive + 1,
                connection -> readIntact(connection, afterPositionExclusive, head, maxBytes));
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
    private static List<StateRecord> readIntact(
            Connection connection, long afterPositionExclusive, long head, int maxBytes) throws SQLException {
        List<RecordRow> rows = rows(connection, afterPositionExclusive, head, maxBytes);
        Map<Long, String> names = names(connection, rows);
        Checksum checksum = new Checksum();
        List<StateRecord> page = new ArrayList<>(rows.size());
        PageSize size = new PageSize(maxBytes);
        for (RecordRow row : rows) {
            StateRecord next = row.toRecord(names.get(row.sourceId()), checksum);
            if (next == null || !size.takes(next)) {
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
                    if (row.position() != expected || row.info() == null || !size.takes(row.info())) {
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

    /**
     * Reads as {@link dev.waystate.statelog.StateLog#firstSince} does, by bisection: record times never decrease.
     */
    public long firstSince(Instant time) {
        return readers.readAtOnce(bounds.head(), connection -> firstSince(connection, Timestamps.toNanos(time)));
    }

    /** Returns the same, of the log as a transaction sees it. */
    long firstSince(Connection connection, long nanos) throws SQLException {
        long from = LogBounds.earliest(connection);
        long to = Math.max(from, bounds.head(connection) + 1);
        try (PreparedStatement find = connection.prepareStatement(FIND)) {
            Checksum checksum = new Checksum();
            while (from < to) {
                long middle = from + (to - from) / 2;
                if (Timestamps.toNanos(found(find, middle, checksum).recordedAt()) < nanos) {
                    from = middle + 1;
                } else {
                    to = middle;
                }
            }
        }
        return from;
    }

    private static StateRecord found(PreparedStatement find, long position, Checksum checksum) throws SQLException {
        find.setLong(1, position);
        try (ResultSet row = find.executeQuery()) {
            StateRecord found = row.next() ? RecordRow.read(row).toRecord(row.getString(NAME_COLUMN), checksum) : null;
            if (found == null) {
                throw new DamagedRecordException(position);
            }
            return found;
        }
    }

    /** Reads as {@link dev.waystate.statelog.StateLog#records} does. */
    public Page<StateRecord, HistoryPlace> records(
            String source, @Nullable HistoryPlace from, Set<Integer> statuses, int limit, int maxBytes) {
        return readers.readAtOnce(bounds.head(), connection -> {
            SourceRow found = SourceReader.find(connection, source);
            HistoryPlace first = from == null ? new HistoryPlace(found.position, true) : from;
            return new History(connection, found, statuses, limit, maxBytes).from(first);
        });
    }

    /** One page of the history of a source. */
    private static final class History {

        private final Connection connection;
        private final SourceRow source;
        private final Set<Integer> statuses;
        private final int limit;
        private final PageSize size;
        private final long earliest;
        private final Checksum checksum = new Checksum();
        private final List<StateRecord> page = new ArrayList<>();

        History(Connection connection, SourceRow source, Set<Integer> statuses, int limit, int maxBytes)
                throws SQLException {
            this.connection = connection;
            this.source = source;
            this.statuses = statuses;
            this.limit = limit;
            this.size = new PageSize(maxBytes);
            this.earliest = LogBounds.earliest(connection);
        }

        Page<StateRecord, HistoryPlace> from(HistoryPlace first) throws SQLException {
            HistoryPlace next = first.known() ? followLinks(first.position()) : first;
            if (next != null && !next.known() && page.size() < limit) {
                next = passOver(next.position());
            }
            return new Page<>(page, next);
        }

        /** Goes from each record to the one before. Returns where the next page begins, or null. */
        private @Nullable HistoryPlace followLinks(long first) throws SQLException {
            long position = first;
            try (PreparedStatement find =
                    connection.prepareStatement("SELECT " + RecordRow.COLUMNS + " FROM record WHERE position = ?")) {
                for (int looked = 0; position >= earliest; looked++) {
                    if (looked == MOST_LINKED) {
                        return new HistoryPlace(position, true);
                    }
                    find.setLong(1, position);
                    try (ResultSet found = find.executeQuery()) {
                        if (!found.next()) {
                            throw new DamagedRecordException(position);
                        }
                        RecordRow row = RecordRow.read(found);
                        if (!takes(row)) {
                            return new HistoryPlace(position, true);
                        }
                        if (row.previous() == RecordRow.UNLINKED) {
                            return new HistoryPlace(position, false);
                        }
                        position = row.previous();
                    }
                }
            }
            return null;
        }

        /** Looks at each record below a position. Returns where the next page begins, or null. */
        private @Nullable HistoryPlace passOver(long end) throws SQLException {
            long begin = Math.max(earliest, end - MOST_UNLINKED);
            try (PreparedStatement find = connection.prepareStatement(FIND_UNLINKED)) {
                find.setLong(1, source.id);
                find.setLong(2, end);
                find.setLong(3, begin);
                try (ResultSet found = find.executeQuery()) {
                    while (found.next()) {
                        RecordRow row = RecordRow.read(found);
                        if (!takes(row)) {
                            return new HistoryPlace(row.position() + 1, false);
                        }
                    }
                }
            }
            return begin > earliest ? new HistoryPlace(begin, false) : null;
        }

        /** Adds a record that was asked for; returns whether there was room, or none was needed. */
        private boolean takes(RecordRow row) {
            StateRecord next = row.sourceId() == source.id ? row.toRecord(source.name, checksum) : null;
            if (next == null) {
                throw new DamagedRecordException(row.position());
            }
            if (!statuses.isEmpty() && !statuses.contains(next.status())) {
                return true;
            }
            if (page.size() == limit || !size.takes(next)) {
                return false;
            }
            return page.add(next);
        }
    }
}
