package dev.waystate.statelog.sql;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;

/**
 * Removes the oldest records, on the writer's thread and in transactions of its own that are small enough for appends
 * to wait for. Sources keep their latest states.
 */
final class Retention implements AutoCloseable {

    private static final int STEP_RECORDS = 5_000;

    private final RetentionProperties limits;
    private final Clock clock;
    private final PreparedStatement findKept;
    private final PreparedStatement delete;
    private final PreparedStatement moveEarliest;

    Retention(WriterConnection connection, RetentionProperties limits, Clock clock) throws SQLException {
        this.limits = limits;
        this.clock = clock;
        findKept = connection.prepare("SELECT position FROM record WHERE position >= ? AND position < ?"
                + " AND recorded_at >= ? ORDER BY position LIMIT 1");
        delete = connection.prepare("DELETE FROM record WHERE position >= ? AND position < ?");
        moveEarliest = connection.prepare("UPDATE bounds SET earliest = ?");
    }

    boolean isOn() {
        return limits.isOn();
    }

    /** Returns the position of the earliest record to keep, at most 5000 above the one that is the earliest now. */
    long firstKept(long earliest, long head) throws SQLException {
        long end = Math.min(earliest + STEP_RECORDS, head + 1);
        long byCount = limits.maxRecords() == 0 ? earliest : Math.min(end, head - limits.maxRecords() + 1);
        long byAge = limits.maxAge().isZero() ? earliest : firstYoungEnough(earliest, end);
        return Math.max(earliest, Math.max(byCount, byAge));
    }

    /** Removes the records up to the first kept one, in the connection's transaction. */
    void prune(long earliest, long firstKept) throws SQLException {
        delete.setLong(1, earliest);
        delete.setLong(2, firstKept);
        delete.executeUpdate();
        moveEarliest.setLong(1, firstKept);
        moveEarliest.executeUpdate();
    }

    /** Looks at the records that are too old and one more: record times never decrease. */
    private long firstYoungEnough(long earliest, long end) throws SQLException {
        findKept.setLong(1, earliest);
        findKept.setLong(2, end);
        findKept.setLong(3, oldestKept());
        try (ResultSet row = findKept.executeQuery()) {
            return row.next() ? row.getLong(1) : end;
        }
    }

    private long oldestKept() {
        Instant oldest = clock.instant().minus(limits.maxAge());
        return oldest.isBefore(Instant.EPOCH) ? 0 : Timestamps.toNanos(oldest);
    }

    @Override
    public void close() throws SQLException {
        findKept.close();
        delete.close();
        moveEarliest.close();
    }
}
