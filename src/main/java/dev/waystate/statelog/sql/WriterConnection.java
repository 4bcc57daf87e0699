package dev.waystate.statelog.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * The connection that writes. Its transactions are begun and ended by statements: the driver's own would not notice that
 * SQLite takes a transaction back by itself when the disk is full, and would commit what follows statement by statement.
 */
final class WriterConnection implements AutoCloseable {

    private final Connection connection;
    private final Statement control;

    WriterConnection(Connection connection) throws SQLException {
        this.connection = connection;
        this.control = connection.createStatement();
    }

    PreparedStatement prepare(String sql) throws SQLException {
        return connection.prepareStatement(sql);
    }

    void begin() throws SQLException {
        control.execute("BEGIN IMMEDIATE");
    }

    /** Returns when everything since {@link #begin} is on the disk. */
    void commit() throws SQLException {
        control.execute("COMMIT");
    }

    void rollback() {
        try {
            control.execute("ROLLBACK");
        } catch (SQLException alreadyTakenBack) {
            // If it was anything else, the next transaction cannot begin.
        }
    }

    /** Moves the write-ahead log into the file and returns how many pages it had. Not within a transaction. */
    long checkpoint(String mode) throws SQLException {
        try (ResultSet result = control.executeQuery("PRAGMA wal_checkpoint(" + mode + ")")) {
            return result.getLong("log");
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
