package dev.waystate.statelog.view;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * The positions that may be read, and the newest block. The writer moves them after its commits. Any thread may read.
 */
final class LogBounds {

    private volatile long earliest;
    private volatile long head;
    private volatile Block newest = Block.NONE;

    LogBounds(long earliest, long head) {
        this.earliest = earliest;
        this.head = head;
    }

    long earliest() {
        return earliest;
    }

    long head() {
        return head;
    }

    /** Returns the block that was written last, and is committed; it may go on behind the head, and may be none. */
    Block newest() {
        return newest;
    }

    /** Returns the oldest position as a transaction sees it. */
    static long earliest(Connection connection) throws SQLException {
        return find(connection, "earliest");
    }

    /**
     * Returns the newest position as a transaction sees it: what is committed, of which {@link #head()} is told a moment
     * later.
     */
    static long head(Connection connection) throws SQLException {
        return find(connection, "head");
    }

    /** Returns the first position after which the states of all sources are known, as a transaction sees it. */
    static long firstWithStates(Connection connection) throws SQLException {
        return find(connection, "max(earliest - 1, states_from)");
    }

    /** Returns when the newest record was recorded, if it has this position; else {@link Long#MAX_VALUE}. */
    static long recordedAt(Connection connection, long position) throws SQLException {
        return find(
                connection,
                "ifnull((SELECT recorded_at FROM source WHERE source.position = head AND head = " + position + "), "
                        + Long.MAX_VALUE + ")");
    }

    private static long find(Connection connection, String column) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT " + column + " FROM bounds")) {
            return row.getLong(1);
        }
    }

    void moveEarliest(long position) {
        earliest = position;
    }

    /** @param block the one that has the newest record; none if it is not in memory */
    void moveHead(long position, Block block) {
        newest = block; // whoever sees the head sees this one, or a later one
        head = position;
    }
}
