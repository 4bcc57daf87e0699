package dev.waystate.statelog.view;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.waystate.statelog.Batch;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.SynchronousMode;
import org.sqlite.SQLiteOpenMode;

/**
 * What a log is at its head, in an SQLite file: one connection applies batches, a few read. Commits are durable when they
 * return (write-ahead log, synchronous=FULL). The write-ahead log is moved into the file by checkpoints whose outcome is
 * looked at, because SQLite would ignore a failure of its own.
 *
 * <p>One thread applies, prunes and closes. All may read.
 */
public final class LogView implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(LogView.class);

    static final int BUSY_TIMEOUT_MILLIS = 2_000;
    private static final int CACHE_KIBIBYTES = 16 * 1024;
    private static final int WAL_LEFT_AFTER_RESET_BYTES = 16 * 1024 * 1024;

    private static final String FIND_END = """
            SELECT earliest, head, last.position, last.recorded_at, lower(hex(log_id)) FROM bounds
            LEFT JOIN (SELECT position, recorded_at FROM record ORDER BY position DESC LIMIT 1) AS last""";

    private static final String FIND_MARK = """
            SELECT rootpage, page_size, wal_key FROM sqlite_schema, pragma_page_size, bounds WHERE name = 'bounds'""";

    private final WriterConnection writer;
    private final HikariDataSource readers;
    private final LogBounds bounds;
    private final LogTransaction transaction;
    private final Pruning pruning;
    private final WalCheckpoint checkpoint;
    private final RecordReader records;
    private final SourceReader sources;
    private final TransitionReader transitions;
    private final ClockTable clock;
    private final long lastRecordedAt;
    private final String id;

    /** The head after the last commit. */
    private long committedHead;

    private LogView(WriterConnection writer, HikariDataSource readers) throws SQLException {
        this.writer = writer;
        this.readers = readers;
        try (PreparedStatement end = writer.prepare(FIND_END);
                ResultSet row = end.executeQuery()) {
            bounds = new LogBounds(row.getLong(1), row.getLong(2));
            lastRecordedAt = row.getLong(4);
            id = row.getString(5);
            checkNewest(row.getLong(3));
        }
        committedHead = bounds.head();
        transaction = new LogTransaction(writer);
        pruning = new Pruning(writer);
        checkpoint = new WalCheckpoint(writer);
        Readers connections = new Readers(readers);
        records = new RecordReader(connections, bounds);
        sources = new SourceReader(connections, bounds);
        transitions = new TransitionReader(connections, bounds, records);
        clock = new ClockTable(writer);
    }

    /** Keeps other processes away. */
    public interface Ownership {

        /** Makes sure of it, once SQLite has a lock on the file that it keeps until the view is closed. */
        void confirm() throws IOException;
    }

    /**
     * Opens a file that no other process has open, and brings its tables up to date. What a process before left in the
     * write-ahead log is in the file itself, and on the disk, before the log's end is looked for.
     *
     * @param ownership is confirmed before anything is written
     * @throws UnusableFileException if it is no log, or one of a later version; or its write-ahead log is beside another
     *     name, or that beside it is of another file
     * @throws IllegalStateException if its end is missing, or another process reads for long
     */
    public static LogView open(LogFile file, int readConnections, Ownership ownership)
            throws SQLException, IOException {
        WriterConnection writer = connect(file);
        HikariDataSource readers = openReaders(file, readConnections);
        LogView view;
        try {
            ownership.confirm();
            emptyWriteAheadLog(writer);
            migrate(file);
            goOnFromCopy(writer);
            emptyWriteAheadLog(writer);
            view = new LogView(writer, readers);
        } catch (SQLException | IOException | RuntimeException problem) {
            readers.close();
            writer.close();
            throw problem;
        }
        try {
            view.takeIntoUse(file);
            return view;
        } catch (SQLException | RuntimeException problem) {
            view.close();
            throw problem;
        }
    }

    /** Connects after a look at the file. */
    private static WriterConnection connect(LogFile file) throws SQLException, IOException {
        try (Connection bare = file.bareDataSource().getConnection()) {
            LogFileCheck.check(file, bare);
            WriterConnection writer =
                    new WriterConnection(file.dataSource(writerSettings()).getConnection());
            try (PreparedStatement reading = writer.prepare("SELECT count(*) FROM sqlite_schema")) {
                reading.executeQuery(); // from here on SQLite has a lock that it keeps
            }
            return writer;
        }
    }

    private static void emptyWriteAheadLog(WriterConnection writer) throws SQLException {
        if (!writer.empty()) {
            writer.abandon(); // or SQLite would go on by itself, once that process has ended
            throw new IllegalStateException("Cannot move the write-ahead log into the file: another process reads the "
                    + "state log, or writes to it. Wait for its end");
        }
    }

    private static void migrate(LogFile file) {
        Flyway.configure()
                .dataSource(file.dataSource(settings()))
                .locations("classpath:db/migration/sqlite")
                .load()
                .migrate();
    }

    /** A log that goes on from a copy has another history than the original, and another time. */
    private static void goOnFromCopy(WriterConnection writer) throws SQLException {
        writer.execute("DELETE FROM clock WHERE (SELECT copy FROM bounds)");
        writer.execute("UPDATE bounds SET log_id = randomblob(16), copy = 0 WHERE copy");
    }

    /**
     * Has a write-ahead log belong to the file from the next commit on. The change begins a write-ahead log, and names
     * both keys, so that it is found to be of the file whether or not it has reached it.
     */
    private void changeKey(@Nullable Path inUseAs) throws SQLException {
        try (PreparedStatement change =
                writer.prepare("UPDATE bounds SET last_wal_key = wal_key, wal_key = randomblob(16), in_use_as = ?")) {
            change.setString(1, inUseAs == null ? null : inUseAs.toString());
            change.executeUpdate();
        }
    }

    private void takeIntoUse(LogFile file) throws SQLException {
        changeKey(file.path());
        emptyWriteAheadLog(writer);
        writer.execute("UPDATE bounds SET last_wal_key = NULL");
    }

    private void checkNewest(long newest) {
        boolean empty = bounds.earliest() > bounds.head();
        if (newest != bounds.head() && !(empty && newest == 0)) {
            throw new IllegalStateException("The state log is damaged: expected its newest record at position "
                    + bounds.head() + ", but it is at " + newest + ". Restore the file from a backup");
        }
    }

    /**
     * Where the file itself, without its write-ahead log, shows that it is the one that was opened.
     *
     * @param pageOffset where the page begins that has the key
     * @param pageBytes how long it is
     * @param key random bytes that no other file has there
     */
    public record Mark(long pageOffset, int pageBytes, byte[] key) {

        /** Whether this is the page. */
        public boolean isIn(byte[] page) {
            return LogFileCheck.contains(page, key);
        }
    }

    /** Returns the mark, which stays until the log is closed. */
    public Mark mark() throws SQLException {
        try (PreparedStatement find = writer.prepare(FIND_MARK);
                ResultSet row = find.executeQuery()) {
            return new Mark((row.getLong(1) - 1) * row.getInt(2), row.getInt(2), row.getBytes(3));
        }
    }

    /** Returns the time of the newest record in nanoseconds since 1970 when the log was opened, 0 if there was none. */
    public long lastRecordedAt() {
        return lastRecordedAt;
    }

    /** Begins a transaction; returns false when another process has written to the file for longer than 2 seconds. */
    public boolean begin() throws SQLException {
        if (!writer.begin()) {
            return false;
        }
        transaction.begin(committedHead);
        return true;
    }

    /**
     * Applies a batch, within a transaction. The first batch of a {@link SourceClaim} has it take its source, also when
     * the transaction is not committed.
     *
     * @param recordedAt the time of the batch in nanoseconds since 1970, not below that of the batch before
     */
    public Verdict apply(Batch batch, long recordedAt) throws SQLException {
        return transaction.apply(batch, recordedAt);
    }

    /** Forgets a claim, after the last of its batches. */
    public void release(SourceClaim claim) {
        transaction.release(claim);
    }

    /** Returns the state of the log's clock, which is kept for whoever gives the batches their times. */
    public ClockTable clock() {
        return clock;
    }

    /**
     * Commits the transaction: what was applied is durable when this returns, and readers see it after
     * {@link #advance}.
     *
     * @param batches how many were applied
     */
    public void commit(int batches) throws SQLException {
        long head = transaction.write();
        // The commit point: from here on the applied batches are durable, and not before.
        writer.commit();
        checkpoint.committed(batches, head - committedHead, transaction.infoChars());
        committedHead = head;
    }

    /** Moves the head to what is committed, and returns whether there is anything new. */
    public boolean advance() {
        boolean advanced = committedHead > bounds.head();
        bounds.moveHead(committedHead);
        return advanced;
    }

    /** Takes the transaction back. */
    public void rollBack() throws SQLException {
        transaction.discard();
        writer.rollback();
    }

    /** Whether the write-ahead log has grown so far that it is to be moved into the file. */
    public boolean isCheckpointDue() {
        return checkpoint.isDue();
    }

    /** Moves the write-ahead log into the file. Not within a transaction. */
    public void checkpoint() throws SQLException {
        checkpoint.run();
    }

    /**
     * Removes the oldest records, in a transaction of its own that is small enough for appends to wait for; sources keep
     * their latest states. Returns how many it has removed: 0 when there are no more, or no room on the disk to do so, or
     * another process writes.
     *
     * @param maxRecords how many records may stay
     * @param keptFrom records before this time may go, too, in nanoseconds since 1970
     */
    public long prune(long maxRecords, long keptFrom) throws SQLException {
        long earliest = bounds.earliest();
        long firstKept = pruning.firstKept(earliest, bounds.head(), maxRecords, keptFrom);
        if (firstKept == earliest || !writer.begin()) {
            return 0;
        }
        bounds.moveEarliest(firstKept); // readers are turned away from the records before they are gone
        try {
            pruning.prune(earliest, firstKept);
            writer.commit();
        } catch (SQLException problem) {
            if (!SqliteErrors.isDiskFull(problem)) {
                throw problem;
            }
            bounds.moveEarliest(earliest);
            writer.rollback();
            return 0;
        }
        checkpoint.committed(0, firstKept - earliest, 0);
        return firstKept - earliest;
    }

    /** Returns the position of the newest record that may be read, 0 when there is none. */
    public long head() {
        return bounds.head();
    }

    /** Returns the position of the oldest record that may be read, or one above the head. */
    public long earliest() {
        return bounds.earliest();
    }

    /** Returns the id of the log. */
    public String id() {
        return id;
    }

    /** Returns what reads the records. */
    public RecordReader records() {
        return records;
    }

    /** Returns what reads the sources. */
    public SourceReader sources() {
        return sources;
    }

    /** Returns what reads the states that sources were in. */
    public TransitionReader transitions() {
        return transitions;
    }

    /** Has {@link #close} leave the file alone, since it is not what it was, or could not be written. */
    public void abandon() {
        writer.abandon();
    }

    /** Moves the write-ahead log into the file, unless a write has failed before, and closes it. */
    @Override
    public void close() throws SQLException {
        readers.close();
        try {
            if (writer.isSound() && !seal()) {
                log.info("Another process reads the state log: its write-ahead log stays until the next start");
                writer.abandon(); // or SQLite would remove it, once that process has ended
            }
        } finally {
            writer.close();
        }
    }

    private boolean seal() throws SQLException {
        transaction.close();
        pruning.close();
        if (!writer.empty()) {
            return false;
        }
        changeKey(null);
        return writer.empty();
    }

    static SQLiteConfig writerSettings() {
        SQLiteConfig settings = settings();
        settings.setOpenMode(SQLiteOpenMode.NOMUTEX); // one thread uses it, and the driver has a lock of its own
        settings.setCacheSize(-CACHE_KIBIBYTES);
        settings.setJournalSizeLimit(WAL_LEFT_AFTER_RESET_BYTES);
        return settings;
    }

    private static HikariDataSource openReaders(LogFile file, int connections) {
        HikariConfig pool = new HikariConfig();
        pool.setPoolName("state-log-readers");
        pool.setDataSource(file.dataSource(settings()));
        pool.setConnectionInitSql("PRAGMA query_only = true");
        pool.setMaximumPoolSize(connections);
        return new HikariDataSource(pool);
    }

    private static SQLiteConfig settings() {
        SQLiteConfig settings = new SQLiteConfig();
        settings.setJournalMode(JournalMode.WAL);
        settings.setSynchronous(SynchronousMode.FULL);
        settings.setBusyTimeout(BUSY_TIMEOUT_MILLIS);
        settings.setPragma(SQLiteConfig.Pragma.WAL_AUTOCHECKPOINT, "0");
        return settings;
    }
}
