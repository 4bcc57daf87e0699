package dev.waystate.statelog.view;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Set;

/** The statements that remove the oldest records. Whoever uses them commits or rolls back. */
final class Pruning implements AutoCloseable {

    private static final int STEP_RECORDS = 5_000;

    private final WriterConnection connection;
    private final PreparedStatement deleteTransitions;
    private final PreparedStatement delete;
    private final PreparedStatement moveEarliest;
    private final SourceName.Lookup names;

    Pruning(WriterConnection connection) throws SQLException {
        this.connection = connection;
        deleteTransitions = connection.prepare("""
                DELETE FROM transition WHERE source_id = ?1 AND position <
                (SELECT max(position) FROM transition WHERE source_id = ?1 AND position < ?2)""");
        delete = connection.prepare("""
                DELETE FROM block WHERE position < (SELECT max(position) FROM block WHERE position <= ?)""");
        moveEarliest = connection.prepare("UPDATE bounds SET earliest = ?");
        names = connection.names();
    }

    /** Returns the position of the earliest record to keep, at most 5000 above the one that is the earliest now. */
    long firstKept(long earliest, long head, long maxRecords, long keptFrom) throws SQLException {
        long end = Math.min(earliest + STEP_RECORDS, head + 1);
        long byCount = Math.min(end, head - maxRecords + 1);
        return Math.max(earliest, Math.max(byCount, firstFrom(keptFrom, earliest, end)));
    }

    /**
     * Looks at the records that are too old and one more: record times never decrease. A damaged record is as old as the one
     * behind it, whatever its own time says.
     */
    private long firstFrom(long time, long earliest, long end) throws SQLException {
        if (time == Long.MIN_VALUE) {
            return earliest;
        }
        long firstKept = earliest;
        try (RecordScan scan = connection.scan(earliest, end - 1)) {
            while (scan.next()) {
                BlockCursor record = scan.record();
                if (record.recordedAt() < time) {
                    firstKept = record.position() + 1;
                } else if (record.isIntact(names.find(record.sourceId()))) {
                    return firstKept;
                }
            }
        }
        return end;
    }

    /**
     * Removes the records up to the first kept one, and the transitions that another of them has followed: the state that
     * each source was in before the first kept record stays known. A block goes with its last record, and the last block
     * stays.
     */
    void prune(long earliest, long firstKept) throws SQLException {
        Set<Long> sources = new HashSet<>();
        try (RecordScan scan = connection.scan(earliest, firstKept - 1)) {
            while (scan.next()) {
                sources.add(scan.record().sourceId());
            }
        }
        for (long source : sources) {
            deleteTransitions.setLong(1, source);
            deleteTransitions.setLong(2, firstKept);
            deleteTransitions.executeUpdate();
        }
        delete.setLong(1, firstKept);
        delete.executeUpdate();
        moveEarliest.setLong(1, firstKept);
        moveEarliest.executeUpdate();
    }

    @Override
    public void close() throws SQLException {
        deleteTransitions.close();
        delete.close();
        moveEarliest.close();
        names.close();
    }
}
