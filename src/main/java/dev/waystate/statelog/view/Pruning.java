package dev.waystate.statelog.view;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** The statements that remove the oldest records. Whoever uses them commits or rolls back. */
final class Pruning implements AutoCloseable {

    private static final int STEP_RECORDS = 5_000;

    private final PreparedStatement findKept;
    private final PreparedStatement deleteTransitions;
    private final PreparedStatement delete;
    private final PreparedStatement moveEarliest;

    Pruning(WriterConnection connection) throws SQLException {
        findKept = connection.prepare("SELECT position FROM record WHERE position >= ? AND position < ?"
                + " AND recorded_at >= ? ORDER BY position LIMIT 1");
        deleteTransitions = connection.prepare("""
                DELETE FROM transition WHERE (source_id, position) IN (
                    SELECT next.source_id, (SELECT max(position) FROM transition AS last
                            WHERE last.source_id = next.source_id AND last.position < next.position)
                    FROM record JOIN transition AS next
                            ON next.source_id = record.source_id AND next.position = record.position
                    WHERE record.position >= ? AND record.position < ?)""");
        delete = connection.prepare("DELETE FROM record WHERE position >= ? AND position < ?");
        moveEarliest = connection.prepare("UPDATE bounds SET earliest = ?");
    }

    /** Returns the position of the earliest record to keep, at most 5000 above the one that is the earliest now. */
    long firstKept(long earliest, long head, long maxRecords, long keptFrom) throws SQLException {
        long end = Math.min(earliest + STEP_RECORDS, head + 1);
        long byCount = Math.min(end, head - maxRecords + 1);
        return Math.max(earliest, Math.max(byCount, firstFrom(keptFrom, earliest, end)));
    }

    /** Looks at the records that are too old and one more: record times never decrease. */
    private long firstFrom(long time, long earliest, long end) throws SQLException {
        if (time == Long.MIN_VALUE) {
            return earliest;
        }
        findKept.setLong(1, earliest);
        findKept.setLong(2, end);
        findKept.setLong(3, time);
        try (ResultSet row = findKept.executeQuery()) {
            return row.next() ? row.getLong(1) : end;
        }
    }

    /**
     * Removes the records up to the first kept one, and the transitions that another of them has followed: the state that
     * each source was in before the first kept record stays known.
     */
    void prune(long earliest, long firstKept) throws SQLException {
        deleteTransitions.setLong(1, earliest);
        deleteTransitions.setLong(2, firstKept);
        deleteTransitions.executeUpdate();
        delete.setLong(1, earliest);
        delete.setLong(2, firstKept);
        delete.executeUpdate();
        moveEarliest.setLong(1, firstKept);
        moveEarliest.executeUpdate();
    }

    @Override
    public void close() throws SQLException {
        findKept.close();
        deleteTransitions.close();
        delete.close();
        moveEarliest.close();
    }
}
