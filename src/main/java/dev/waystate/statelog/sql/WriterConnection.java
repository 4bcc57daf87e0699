package dev.waystate.statelog.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection that writes. Its transactions are begun and ended by statements: the driver's own would not notice that
 * SQLite takes a transaction back by itself when the disk is full, and would commit what follows statement by statement.
 */
final class WriterConnection implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(WriterConnection.class);

    private static final int RESTART_TIMEOUT_MILLIS = 100;

    private final Connection connection;
    private final Statement control;

    WriterConnection(Connection connection) throws SQLException {
        this.connection = connection;
        this.control = connection.createStatement();
    }

    PreparedStatement prepare(String sql) throws SQLException {
        return connection.prepareStatement(sql);
    }

    /** Begins a transaction, after waiting for any other process that writes to the file. */
    void begin() throws SQLException {
        while (!tryBegin()) {
            log.warn("Another process writes to the state log: reports wait until it has finished");
        }
    }

    private boolean tryBegin() throws SQLException {
        try {
            control.execute("BEGIN IMMEDIATE");
            return true;
        } catch (SQLException problem) {
            if (!SqliteErrors.isBusy(problem)) {
                throw problem;
            }
            return false;
        }
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

    /** Has the write-ahead log start afresh, if the readers that hold it end within a moment. */
    void restartLog() throws SQLException {
        control.execute("PRAGMA busy_timeout = " + RESTART_TIMEOUT_MILLIS);
        try {
            checkpoint("RESTART");
        } finally {
            control.execute("PRAGMA busy_timeout = " + SqliteDatabase.BUSY_TIMEOUT_MILLIS);
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
