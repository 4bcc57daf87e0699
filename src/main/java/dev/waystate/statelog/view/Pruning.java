package dev.waystate.statelog.view;

import dev.waystate.statelog.file.SqliteErrors;
import dev.waystate.statelog.operation.RetentionProperties;
import java.io.IOException;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Set;
import java.util.function.LongPredicate;

/** Removes the oldest records, in transactions that are small enough for appends to wait for. */
final class Pruning implements AutoCloseable {

    private static final int STEP_RECORDS = 5_000;

    private final WriterConnection connection;
    private final LogBounds bounds;
    private final WalCheckpoint checkpoint;
    private final PreparedStatement deleteTransitions;
    private final PreparedStatement delete;
    private final PreparedStatement moveEarliest;
    private final SourceName.Lookup names;

    Pruning(WriterConnection connection, LogBounds bounds, WalCheckpoint checkpoint) throws SQLException {
        this.connection = connection;
        this.bounds = bounds;
        this.checkpoint = checkpoint;
        deleteTransitions = connection.prepare("""
                DELETE FROM transition WHERE source_id = ?1 AND position <
                (SELECT max(position) FROM transition WHERE source_id = ?1 AND position < ?2)""");
        delete = connection.prepare("""
                DELETE FROM block WHERE position < (SELECT max(position) FROM block WHERE position <= ?)""");
        moveEarliest = connection.prepare("UPDATE bounds SET earliest = ?");
        names = connection.names();
    }

    /** Prunes as {@link LogView#prune} does. */
    void prune(RetentionProperties retention, long keptFrom, LongPredicate goOn) throws SQLException, IOException {
        long maxRecords = retention.maxRecords() == 0 ? Long.MAX_VALUE : retention.maxRecords();
        long from = retention.maxAge().isZero() ? Long.MIN_VALUE : keptFrom;
        long removed = 0;
        long step;
        do {
            step = step(maxRecords, from);
            removed += step;
            checkpoint.runWhenDue();
        } while (step > 0 && goOn.test(removed));
    }

    /** Removes some records, if there are too many or they are too old. Returns how many. */
    private long step(long maxRecords, long keptFrom) throws SQLException {
        long earliest = bounds.earliest();
        long firstKept = firstKept(earliest, bounds.head(), maxRecords, keptFrom);
        if (firstKept == earliest || !connection.begin()) {
            return 0;
        }
        bounds.moveEarliest(firstKept); // readers are turned away from the records before they are gone
        try {
            removeUpTo(earliest, firstKept);
            connection.commit();
        } catch (SQLException problem) {
            if (!SqliteErrors.isDiskFull(problem) && !SqliteErrors.isDamage(problem)) {
                throw problem;
            }
            bounds.moveEarliest(earliest);
            connection.rollback();
            if (SqliteErrors.isDamage(problem)) {
                throw problem;
            }
            return 0;
        }
        checkpoint.committed(0, firstKept - earliest, 0);
        return firstKept - earliest;
    }

    /** Returns the position of the earliest record to keep, at most 5000 above the one that is the earliest now. */
    private long firstKept(long earliest, long head, long maxRecords, long keptFrom) throws SQLException {
        long end = Math.min(earliest + STEP_RECORDS, head + 1);
        long byCount = Math.min(end, head - maxRecords + 1);
        return Math.max(earliest, Math.max(byCount, firstFrom(keptFrom, earliest, end)));
    }

    /**
     * Returns the position of the first record that is not too old. Looks at those that are and at one more, since
     * record times never decrease. A damaged record is as old as the one behind it, whatever its own time says.
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
    private void removeUpTo(long earliest, long firstKept) throws SQLException {
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
