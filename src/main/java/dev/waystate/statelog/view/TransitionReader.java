package dev.waystate.statelog.view;

import dev.waystate.statelog.DamagedRecordException;
import dev.waystate.statelog.Page;
import dev.waystate.statelog.PositionBeyondHeadException;
import dev.waystate.statelog.SourceFilter;
import dev.waystate.statelog.Summary.Snapshot;
import dev.waystate.statelog.Summary.StatusCount;
import dev.waystate.statelog.Transition;
import dev.waystate.statelog.UnknownStatesException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads which states sources were in. */
public final class TransitionReader {

    private static final int MOST_STATUSES = 1_000;

    /** The state of each source after a record; found source by source, and not by a look at each transition. */
    private static final String AT = """
             FROM source CROSS JOIN transition ON transition.source_id = source.id AND transition.position =
            (SELECT max(position) FROM transition WHERE source_id = source.id AND position <= ?)""";

    private static final String COUNT_AT =
            "SELECT transition.status, count(*) AS sources" + AT + " GROUP BY 1 ORDER BY 2 DESC LIMIT " + MOST_STATUSES;

    private static final String OF_SOURCE = "SELECT " + TransitionRow.COLUMNS + """
             FROM transition JOIN source ON source.id = source_id
            WHERE name = ? AND transition.position <= ? ORDER BY transition.position DESC LIMIT ?""";

    private static final String MOST_REPORTED = "SELECT status FROM status_total ORDER BY reports DESC LIMIT ?";

    private static final String ALL = "SELECT source_id, position, status FROM transition ORDER BY source_id, position";

    private final Readers readers;
    private final LogBounds bounds;
    private final RecordReader records;

    TransitionReader(Readers readers, LogBounds bounds, RecordReader records) {
        this.readers = readers;
        this.bounds = bounds;
        this.records = records;
    }

    /** Reads as {@link dev.waystate.statelog.StateLog#positionAt} does. */
    public long positionAt(Instant time) {
        return readers.readAtOnce(bounds.head(), connection -> positionAt(connection, time));
    }

    /** Finds the position of a time. Of the records that retention has removed, only the newest one's time is known. */
    private long positionAt(Connection connection, Instant time) throws SQLException {
        long nanos = Timestamps.toNanos(time);
        long earliest = LogBounds.earliest(connection);
        long first = LogBounds.firstWithStates(connection);
        long head = LogBounds.head(connection);
        long position = records.firstSince(connection, nanos + 1, head) - 1;
        boolean removed = position < earliest && earliest > 1 && nanos < LogBounds.recordedAt(connection, position);
        if (position < first || removed) {
            throw new UnknownStatesException(time, Math.min(Math.max(first, earliest), head));
        }
        return position;
    }

    /** Reads as {@link dev.waystate.statelog.StateLog#sourcesAt} does. */
    public Page<Transition, String> sourcesAt(
            long position, SourceFilter filter, String afterNameExclusive, int limit) {
        String query = "SELECT " + TransitionRow.COLUMNS + ", name" + AT + " WHERE name > ?"
                + Readers.isOneOf("name", filter.names())
                + Readers.isOneOf("transition.status", filter.statuses())
                + " ORDER BY name LIMIT ?";
        return readers.readAtOnce(position, connection -> {
            checkPosition(connection, position);
            try (PreparedStatement statement = connection.prepareStatement(query)) {
                statement.setLong(1, position);
                statement.setString(2, afterNameExclusive);
                int statuses = Readers.setAll(statement, 3, filter.names());
                statement.setInt(Readers.setAll(statement, statuses, filter.statuses()), limit + 1);
                List<Transition> states = new ArrayList<>();
                Checksum checksum = new Checksum();
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        states.add(TransitionRow.read(rows).toTransition(rows.getString(5), null, checksum));
                    }
                }
                return page(states, limit, Transition::source);
            }
        });
    }

    private static void checkPosition(Connection connection, long position) throws SQLException {
        long head = LogBounds.head(connection);
        if (position > head) {
            throw new PositionBeyondHeadException(position, head);
        }
        long first = LogBounds.firstWithStates(connection);
        if (position < first) {
            throw new UnknownStatesException(position, first);
        }
    }

    private static <C> Page<Transition, C> page(List<Transition> states, int limit, Function<Transition, C> next) {
        return states.size() <= limit
                ? new Page<>(states, null)
                : new Page<>(states.subList(0, limit), next.apply(states.get(limit - 1)));
    }

    /**
     * Reads as {@link dev.waystate.statelog.StateLog#transitions} does. The row at the position where the page before
     * ended tells when the first state of this page ended.
     */
    public Page<Transition, Long> transitions(String source, long beforePositionExclusive, int limit) {
        return readers.readAtOnce(bounds.head(), connection -> {
            try (PreparedStatement statement = connection.prepareStatement(OF_SOURCE)) {
                statement.setString(1, source);
                statement.setLong(2, beforePositionExclusive);
                statement.setInt(3, limit + 2);
                List<Transition> states = new ArrayList<>();
                try (ResultSet rows = statement.executeQuery()) {
                    Checksum checksum = new Checksum();
                    Long until = null;
                    while (rows.next()) {
                        TransitionRow row = TransitionRow.read(rows);
                        if (row.position() < beforePositionExclusive) {
                            states.add(row.toTransition(source, until, checksum));
                        }
                        until = row.since();
                    }
                }
                if (states.isEmpty()) {
                    SourceRow found = SourceReader.find(connection, source);
                    if (found.position < beforePositionExclusive) {
                        throw new DamagedRecordException(found.position); // each that has reported is in a state
                    }
                }
                return page(states, limit, Transition::position);
            }
        });
    }

    /** Reads as {@link dev.waystate.statelog.StateLog#statusesAt(long)} does. */
    public List<StatusCount> statusesAt(long position) {
        return readers.readAtOnce(position, connection -> {
            checkPosition(connection, position);
            List<StatusCount> counts = new ArrayList<>();
            try (PreparedStatement statement = connection.prepareStatement(COUNT_AT)) {
                statement.setLong(1, position);
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        counts.add(new StatusCount(rows.getInt(1), 0, rows.getLong(2)));
                    }
                }
            }
            counts.sort(Comparator.comparingInt(StatusCount::status));
            return counts;
        });
    }

    /** Reads as {@link dev.waystate.statelog.StateLog#statusesAt(List, int)} does. */
    public List<Snapshot> statusesAt(List<Instant> times, int maxStatuses) {
        return readers.readAtOnce(bounds.head(), connection -> {
            long[] positions = new long[times.size()];
            for (int i = 0; i < positions.length; i++) {
                positions[i] = positionAt(connection, times.get(i));
            }
            Map<Integer, long[]> sources = sourcesByStatus(connection, positions, maxStatuses);
            List<Snapshot> snapshots = new ArrayList<>();
            for (int i = 0; i < positions.length; i++) {
                List<StatusCount> counts = new ArrayList<>();
                for (Map.Entry<Integer, long[]> status : sources.entrySet()) {
                    if (status.getValue()[i] > 0) {
                        counts.add(new StatusCount(status.getKey(), 0, status.getValue()[i]));
                    }
                }
                snapshots.add(new Snapshot(times.get(i), positions[i], counts));
            }
            return snapshots;
        });
    }

    /** Counts, at each of some ascending positions, the sources in each status. Passes over all transitions once. */
    private static Map<Integer, long[]> sourcesByStatus(Connection connection, long[] positions, int maxStatuses)
            throws SQLException {
        Map<Integer, long[]> changes =
                mostReported(connection, positions.length, maxStatuses); // against the position before
        try (PreparedStatement statement = connection.prepareStatement(ALL);
                ResultSet rows = statement.executeQuery()) {
            long source = -1;
            long[] ofLast = null;
            while (rows.next()) {
                Readers.checkWanted();
                int from = firstFrom(positions, rows.getLong(2));
                add(rows.getLong(1) == source ? ofLast : null, from, -1);
                source = rows.getLong(1);
                ofLast = changes.get(rows.getInt(3));
                add(ofLast, from, 1);
            }
        }
        changes.values().forEach(counts -> Arrays.parallelPrefix(counts, Long::sum));
        return changes;
    }

    private static Map<Integer, long[]> mostReported(Connection connection, int positions, int maxStatuses)
            throws SQLException {
        Map<Integer, long[]> counts = new TreeMap<>();
        try (PreparedStatement statement = connection.prepareStatement(MOST_REPORTED)) {
            statement.setInt(1, maxStatuses);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    counts.put(rows.getInt(1), new long[positions]);
                }
            }
        }
        return counts;
    }

    private static void add(long @Nullable [] counts, int index, int change) {
        if (counts != null && index < counts.length) {
            counts[index] += change;
        }
    }

    /** Returns the index of the first of the positions that is not below this one, or their number. */
    private static int firstFrom(long[] positions, long position) {
        int from = 0;
        int to = positions.length;
        while (from < to) {
            int middle = (from + to) / 2;
            if (positions[middle] < position) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return from;
    }
}
