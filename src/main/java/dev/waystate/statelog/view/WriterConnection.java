package dev.waystate.statelog.view;

import dev.waystate.statelog.file.SqliteErrors;
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
    private boolean failed;

    WriterConnection(Connection connection) throws SQLException {
        this.connection = connection;
        this.control = connection.createStatement();
    }

    PreparedStatement prepare(String sql) throws SQLException {
        return connection.prepareStatement(sql);
    }

    /** Returns a writer of records, for the transactions. */
    BlockWriter blocks() throws SQLException {
        return new BlockWriter(connection);
    }

    /** Returns a scan of records as the transaction sees them. The positions are inclusive. */
    RecordScan scan(long from, long to) throws SQLException {
        return new RecordScan(connection, from, to);
    }

    /** Returns a lookup of the names of sources. */
    SourceName.Lookup names() {
        return new SourceName.Cache().on(connection);
    }

    /** Begins a transaction; returns false when another process has written to the file for longer than 2 seconds. */
    boolean begin() throws SQLException {
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

    void execute(String sql) throws SQLException {
        control.executeUpdate(sql);
    }

    /** Returns when everything since {@link #begin} is on the disk. */
    void commit() throws SQLException {
        try {
            control.execute("COMMIT");
        } catch (SQLException problem) {
            failed |= !SqliteErrors.isDiskFull(problem);
            throw problem;
        }
    }

    void rollback() {
        try {
            control.execute("ROLLBACK");
        } catch (SQLException alreadyTakenBack) {
            // If it was anything else, the next transaction cannot begin.
        }
    }

    /** Moves the write-ahead log into the file and returns how many pages it had. Not within a transaction. */
    long checkpoint() throws SQLException {
        return checkpoint("PASSIVE", "log");
    }

    /**
     * Moves the whole write-ahead log into the file and empties it. When this returns true, everything that was
     * committed is in the file and on the disk; false when another process reads or writes.
     */
    boolean empty() throws SQLException {
        return checkpoint("TRUNCATE", "busy") == 0;
    }

    /** Starts the write-ahead log afresh, if the readers that hold it end within a moment. */
    void restartLog() throws SQLException {
        control.execute("PRAGMA busy_timeout = " + RESTART_TIMEOUT_MILLIS);
        try {
            checkpoint("RESTART", "busy");
        } finally {
            control.execute("PRAGMA busy_timeout = " + ViewFile.BUSY_TIMEOUT_MILLIS);
        }
    }

    private long checkpoint(String mode, String column) throws SQLException {
        try (ResultSet result = control.executeQuery("PRAGMA wal_checkpoint(" + mode + ")")) {
            return result.getLong(column);
        } catch (SQLException problem) {
            failed |= !SqliteErrors.isDiskFull(problem);
            throw problem;
        }
    }

    /** Makes {@link #close} leave the file alone. */
    void abandon() {
        failed = true;
    }

    boolean isSound() {
        return !failed;
    }

    /** Closes the connection to a file that nobody needs any more. */
    void discard() {
        try {
            connection.close();
        } catch (SQLException damage) {
            log.debug("The file of a view that is thrown away is damaged", damage);
        }
    }

    /**
     * Closes the connection, unless a write has failed: SQLite would try again to move the write-ahead log, and remove it
     * if the system then says that all is well. The end of the process closes it then.
     */
    @Override
    public void close() throws SQLException {
        if (!failed) {
            connection.close();
        }
    }
}
