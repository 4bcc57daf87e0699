package dev.waystate.statelog.sql;

import dev.waystate.statelog.Appended;
import dev.waystate.statelog.Batch;
import dev.waystate.statelog.Claim;
import dev.waystate.statelog.DamagedRecordException;
import dev.waystate.statelog.SourceState;
import dev.waystate.statelog.StateLog;
import dev.waystate.statelog.StateRecord;
import dev.waystate.statelog.Summary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** The state log in an SQLite file, which it holds open for itself. */
final class SqliteStateLog implements StateLog, AutoCloseable {

    private final SqliteDatabase database;
    private final LogBounds bounds;
    private final LogWriter writer;
    private final LogReader reader;

    private SqliteStateLog(SqliteDatabase database, LogBounds bounds, LogWriter writer, LogReader reader) {
        this.database = database;
        this.bounds = bounds;
        this.writer = writer;
        this.reader = reader;
    }

    /**
     * Opens the log, and creates it where it is missing.
     *
     * @param clock gives the records their times
     * @param onFailure takes, once, what has stopped the log for good
     * @throws IllegalStateException if another process has the file open, or if the file's end is missing
     */
    static SqliteStateLog open(StoreProperties properties, Clock clock, Consumer<Throwable> onFailure) {
        try {
            SqliteDatabase database = SqliteDatabase.open(properties.file(), properties.readConnections());
            try {
                return open(database, properties, clock, onFailure);
            } catch (SQLException | RuntimeException problem) {
                database.close();
                throw problem;
            }
        } catch (SQLException problem) {
            throw new IllegalStateException(
                    "Cannot open the state log " + properties.file().toAbsolutePath(), problem);
        }
    }

    private static SqliteStateLog open(
            SqliteDatabase database, StoreProperties properties, Clock clock, Consumer<Throwable> onFailure)
            throws SQLException {
        LogEnd end = LogEnd.find(database);
        LogBounds bounds = new LogBounds(end.earliest(), end.head());
        LogWriter writer = new LogWriter(database, bounds, end.recordedAt(), properties.retention(), clock, onFailure);
        writer.start();
        return new SqliteStateLog(database, bounds, writer, new LogReader(database, bounds));
    }

    @Override
    public CompletionStage<Appended> append(Batch batch) {
        return writer.append(batch);
    }

    @Override
    public Claim claim(String source) {
        return writer.claim(source);
    }

    @Override
    public List<StateRecord> read(long afterPositionExclusive, int maxBytes) {
        return reading(() -> reader.read(afterPositionExclusive, maxBytes), afterPositionExclusive + 1);
    }

    @Override
    public long head() {
        return bounds.head();
    }

    @Override
    public long earliest() {
        return bounds.earliest();
    }

    @Override
    public List<SourceState> sources(String afterNameExclusive, Collection<Integer> statuses, int limit, int maxBytes) {
        return reading(() -> reader.sources(afterNameExclusive, statuses, limit, maxBytes), bounds.head());
    }

    @Override
    public Summary summary() {
        return reading(reader::summary, bounds.head());
    }

    @Override
    public void onAdvance(Runnable listener) {
        writer.onAdvance(listener);
    }

    /** Stores what was appended, and closes the file. */
    @Override
    public void close() {
        try {
            writer.close();
            database.close();
        } catch (SQLException problem) {
            throw new UncheckedIOException(new IOException("Cannot close the state log", problem));
        }
    }

    private interface Reading<T> {
        T run() throws SQLException;
    }

    /** @param position what is named when the file is damaged: the first record that could not be read, or the newest */
    private static <T> T reading(Reading<T> reading, long position) {
        try {
            return reading.run();
        } catch (SQLException problem) {
            if (SqliteErrors.isDamage(problem)) {
                throw new DamagedRecordException(position);
            }
            throw new UncheckedIOException(new IOException("Cannot read the state log", problem));
        }
    }
}
