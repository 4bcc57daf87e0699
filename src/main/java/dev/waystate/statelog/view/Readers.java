package dev.waystate.statelog.view;

import com.zaxxer.hikari.HikariDataSource;
import dev.waystate.statelog.DamagedRecordException;
import dev.waystate.statelog.LogUnavailableException;
import dev.waystate.statelog.file.SqliteErrors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collections;
import java.util.Set;
import java.util.concurrent.CancellationException;

/** Reads what is committed. Readings are short, since the write-ahead log is not reset during one. */
final class Readers {

    /** Statements on a connection. */
    interface Reading<T> {

        /** @throws SQLException becomes an exception that says what it means for the log */
        T run(Connection connection) throws SQLException;
    }

    private final HikariDataSource connections;

    Readers(HikariDataSource connections) {
        this.connections = connections;
    }

    /**
     * Runs a reading. Each of its statements sees the log at its own moment.
     *
     * @param position the position to name if the file is damaged
     */
    <T> T read(long position, Reading<T> reading) {
        try (Connection connection = connections.getConnection()) {
            return reading.run(connection);
        } catch (SQLException problem) {
            if (connections.isClosed()) {
                throw new LogUnavailableException("The view of the log is closed, or built again", problem);
            }
            if (SqliteErrors.isDamage(problem)) {
                throw new DamagedRecordException(position);
            }
            throw new UncheckedIOException(new IOException("Cannot read the state log", problem));
        }
    }

    /** Returns a condition that lets rows with one of some values pass, one parameter each, or all when there are none. */
    static String isOneOf(String column, Set<?> values) {
        return values.isEmpty()
                ? ""
                : " AND " + column + " IN (" + String.join(", ", Collections.nCopies(values.size(), "?")) + ")";
    }

    /** Sets the parameters of {@link #isOneOf} and returns the one after them. */
    static int setAll(PreparedStatement statement, int first, Set<?> values) throws SQLException {
        int parameter = first;
        for (Object value : values) {
            statement.setObject(parameter++, value);
        }
        return parameter;
    }

    /**
     * Checks that somebody still waits for what is read. For readings that may take long.
     *
     * @throws CancellationException if the thread was interrupted
     */
    static void checkWanted() {
        if (Thread.currentThread().isInterrupted()) {
            throw new CancellationException("Nobody waits for what is read");
        }
    }

    /**
     * Runs a reading. All its statements see the log at one moment.
     *
     * @param position the position to name if the file is damaged
     */
    <T> T readAtOnce(long position, Reading<T> reading) {
        return read(position, connection -> {
            connection.setAutoCommit(false); // the pool takes the transaction back when it gets the connection
            return reading.run(connection);
        });
    }
}
