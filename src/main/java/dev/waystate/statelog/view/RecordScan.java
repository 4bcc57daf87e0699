package dev.waystate.statelog.view;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Goes through records in the order of their positions. Records that are missing, or cannot be read, are passed over.
 */
final class RecordScan implements AutoCloseable {

    private static final String FIND = "SELECT " + Block.COLUMNS + " FROM block"
            + " WHERE position >= ifnull((SELECT max(position) FROM block WHERE position <= ?1), 0) AND position <= ?2"
            + " ORDER BY position";

    private final PreparedStatement statement;
    private final ResultSet blocks;
    private final BlockCursor cursor = new BlockCursor();
    private final long from;
    private final long to;

    /** Begins before the first record; the positions are inclusive. */
    RecordScan(Connection connection, long from, long to) throws SQLException {
        this.from = from;
        this.to = to;
        statement = connection.prepareStatement(FIND);
        statement.setLong(1, from);
        statement.setLong(2, to);
        blocks = statement.executeQuery();
    }

    /** Moves to the next record. Returns false behind the last one. */
    boolean next() throws SQLException {
        do {
            while (!cursor.next()) {
                if (!blocks.next()) {
                    return false;
                }
                cursor.open(Block.read(blocks));
            }
        } while (cursor.position() < from);
        return cursor.position() <= to;
    }

    /** Returns the record that {@link #next} has moved to. */
    BlockCursor record() {
        return cursor;
    }

    @Override
    public void close() throws SQLException {
        statement.close();
    }
}
