package dev.waystate.statelog.sql;

import java.sql.PreparedStatement;
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
    private final PreparedStatement delete;
    private final PreparedStatement moveEarliest;

    Retention(WriterConnection connection, RetentionProperties limits, Clock clock) throws SQLException {
        this.limits = limits;
        this.clock = clock;
        // Both conditions hold for the oldest records up to some position: record times never decrease.
        delete = connection.prepare(
                "DELETE FROM record WHERE position >= ? AND position < ? AND (position < ? OR recorded_at < ?)");
        moveEarliest = connection.prepare("UPDATE bounds SET earliest = ?");
    }

    boolean isOn() {
        return limits.isOn();
    }

    /** Removes up to 5000 records in the connection's transaction and returns the position of the earliest one left. */
    long prune(long earliest, long head) throws SQLException {
        long firstKeptByCount =
                limits.maxRecords() == 0 ? earliest : Math.max(earliest, head - limits.maxRecords() + 1);
        delete.setLong(1, earliest);
        delete.setLong(2, Math.min(earliest + STEP_RECORDS, head + 1));
        delete.setLong(3, firstKeptByCount);
        delete.setLong(4, limits.maxAge().isZero() ? Long.MIN_VALUE : oldestKept());
        int removed = delete.executeUpdate();
        if (removed > 0) {
            moveEarliest.setLong(1, earliest + removed);
            moveEarliest.executeUpdate();
        }
        return earliest + removed;
    }

    private long oldestKept() {
        Instant oldest = clock.instant().minus(limits.maxAge());
        return oldest.isBefore(Instant.EPOCH) ? 0 : Timestamps.toNanos(oldest);
    }

    @Override
    public void close() throws SQLException {
        delete.close();
        moveEarliest.close();
    }
}
