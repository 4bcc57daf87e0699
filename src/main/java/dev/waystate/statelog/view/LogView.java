package dev.waystate.statelog.view;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.waystate.statelog.entry.Entry;
import dev.waystate.statelog.entry.Origin;
import dev.waystate.statelog.entry.Session;
import dev.waystate.statelog.entry.Verdict;
import dev.waystate.statelog.file.FileOwner;
import dev.waystate.statelog.file.FileWatch;
import dev.waystate.statelog.file.LogFile;
import dev.waystate.statelog.file.LogFileCheck;
import dev.waystate.statelog.file.Mark;
import dev.waystate.statelog.file.SqliteErrors;
import dev.waystate.statelog.file.UnusableFileException;
import dev.waystate.statelog.operation.LogMetrics;
import dev.waystate.statelog.operation.RetentionProperties;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.function.LongPredicate;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
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
            SELECT earliest, head, (SELECT position + records - 1 FROM block ORDER BY position DESC LIMIT 1),
            recorded_at, lower(hex(log_id)), topic.cluster,
            topic.topic, next_offset, leader_epoch, importing FROM bounds LEFT JOIN topic""";

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
    private final FileOwner owner;
    private final LogMetrics metrics;

    /** Set when the file is taken into use. */
    private @Nullable FileWatch watch;

    /** As of the last commit. */
    private volatile LogEnd end;

    /** When the transaction was begun. For the thread that applies. */
    private long begunAt;

    private LogView(WriterConnection writer, HikariDataSource readers, FileOwner owner, LogMetrics metrics)
            throws SQLException {
        this.metrics = metrics;
        this.writer = writer;
        this.readers = readers;
        this.owner = owner;
        try (PreparedStatement find = writer.prepare(FIND_END);
                ResultSet row = find.executeQuery()) {
            TopicPlace place = row.getString(6) == null ? null : TopicPlace.read(row, 6);
            byte[] importing = row.getBytes(10);
            end = new LogEnd(
                    row.getLong(2),
                    row.getLong(4),
                    row.getString(5),
                    place,
                    importing == null ? null : Session.ofBytes(importing));
            bounds = new LogBounds(row.getLong(1), end.head());
            checkNewest(row.getLong(3));
        }
        transaction = new LogTransaction(writer);
        pruning = new Pruning(writer);
        checkpoint = new WalCheckpoint(writer);
        Readers connections = new Readers(readers);
        records = new RecordReader(connections, bounds);
        sources = new SourceReader(connections, bounds);
        transitions = new TransitionReader(connections, bounds, records);
        clock = new ClockTable(writer);
    }

    /**
     * Opens a file for this process alone, after creating it where it is missing, and brings its tables up to date. What a
     * process before left in the write-ahead log is in the file itself, and on the disk, before the log's end is looked
     * for.
     *
     * @throws UnusableFileException if it is no log that this process can have for itself, or one of a later version; or
     *     its write-ahead log is beside another name, or that beside it is of another file
     * @throws IllegalStateException if its end is missing, another process reads for long, or it cannot be opened
     */
    public static LogView open(Path name, int readConnections, LogMetrics metrics) {
        try {
            LogFile file = LogFile.findOrCreate(name);
            FileOwner owner = FileOwner.acquire(file);
            try {
                return open(file, readConnections, owner, metrics);
            } catch (SQLException | IOException | RuntimeException problem) {
                owner.close();
                throw problem;
            }
        } catch (AccessDeniedException denied) {
            throw new UnusableFileException(denied);
        } catch (SQLException | IOException problem) {
            throw new IllegalStateException(
                    "Cannot open the state log " + name.toAbsolutePath() + ": " + problem.getMessage(), problem);
        }
    }

    /** Opens a file as the other method does, for whoever does not serve it. */
    public static LogView open(Path name, int readConnections) {
        return open(name, readConnections, LogMetrics.NONE);
    }

    private static LogView open(LogFile file, int readConnections, FileOwner owner, LogMetrics metrics)
            throws SQLException, IOException {
        WriterConnection writer = connect(file);
        HikariDataSource readers = openReaders(file, readConnections);
        LogView view;
        try {
            owner.confirm();
            emptyWriteAheadLog(writer);
            migrate(file);
            goOnFromCopy(writer);
            emptyWriteAheadLog(writer);
            view = new LogView(writer, readers, owner, metrics);
        } catch (SQLException | IOException | RuntimeException problem) {
            readers.close();
            writer.close();
            throw problem;
        }
        try {
            view.takeIntoUse(file);
            return view;
        } catch (SQLException | IOException | RuntimeException problem) {
            view.closeFile();
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
        try {
            migrations(file).migrate();
        } catch (FlywayException failed) {
            throw NestedExceptionUtils.getMostSpecificCause(failed) instanceof UnusableFileException unusable
                    ? unusable
                    : failed;
        }
    }

    static Flyway migrations(LogFile file) {
        return Flyway.configure()
                .dataSource(file.dataSource(settings()))
                .locations("classpath:db/migration/sqlite")
                .javaMigrations(new BlockMigration(file.path()))
                .load();
    }

    /**
     * A log that goes on from a copy has another history than the original, and another time: unless its history is that of
     * the topic.
     */
    private static void goOnFromCopy(WriterConnection writer) throws SQLException {
        writer.execute("DELETE FROM clock WHERE (SELECT copy FROM bounds)");
        writer.execute("UPDATE bounds SET log_id = randomblob(16) WHERE copy AND NOT EXISTS (SELECT * FROM topic)");
        writer.execute("UPDATE bounds SET copy = 0 WHERE copy");
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

    private void takeIntoUse(LogFile file) throws SQLException, IOException {
        changeKey(file.path());
        emptyWriteAheadLog(writer);
        writer.execute("UPDATE bounds SET last_wal_key = NULL");
        watch = new FileWatch(file, owner, mark());
    }

    private void checkNewest(long newest) {
        boolean empty = bounds.earliest() > bounds.head();
        if (newest != bounds.head() && !(empty && newest == 0)) {
            throw new IllegalStateException("The state log is damaged: expected its newest record at position "
                    + bounds.head() + ", but it is at " + newest + ". Restore the file from a backup");
        }
    }

    private Mark mark() throws SQLException {
        try (PreparedStatement find = writer.prepare(FIND_MARK);
                ResultSet row = find.executeQuery()) {
            return new Mark((row.getLong(1) - 1) * row.getInt(2), row.getInt(2), row.getBytes(3));
        }
    }

    /** Returns when the last entry was recorded, in nanoseconds since 1970; 0 when there was none. */
    public long lastRecordedAt() {
        return end.recordedAt();
    }

    /** Returns how far the view has read its topic; null when its log stands in none, or has not begun. */
    public @Nullable TopicPlace place() {
        return end.place();
    }

    /** Whether rows of a history are still to come: until then, the view is of no use. */
    public boolean isImporting() {
        return end.importing() != null;
    }

    /**
     * Looks at the file.
     *
     * @throws UnusableFileException if its name, or that of its write-ahead log, does not lead to what was opened, or
     *     another program has written over it
     */
    public void checkFile() throws IOException {
        watch.checkNames();
        watch.checkContent();
    }

    /** Begins a transaction; returns false when another process has written to the file for longer than 2 seconds. */
    public boolean begin() throws SQLException {
        begunAt = System.nanoTime();
        if (!writer.begin()) {
            return false;
        }
        transaction.begin(end);
        return true;
    }

    /**
     * Applies an entry, within a transaction: the only place that decides about repeated entries, duplicates, gaps,
     * claims, positions, times and tracks.
     *
     * @param time when the entry was made, in nanoseconds since 1970: it is recorded then, or with the one ahead of it if
     *     that is later
     * @throws dev.waystate.statelog.DamagedRecordException if the row of its source is damaged
     */
    public Verdict apply(Origin origin, Entry entry, long time) throws SQLException {
        return transaction.apply(origin, entry, time);
    }

    /** Goes on to a place in the topic, behind what was applied, within a transaction. */
    public void moveTo(TopicPlace next) {
        transaction.moveTo(next);
    }

    /** Returns the state of the log's clock, which is kept for whoever gives the batches their times. */
    public ClockTable clock() {
        return clock;
    }

    /**
     * Commits the transaction: what was applied is durable when this returns, and readers see it after
     * {@link #advance}.
     *
     * @throws UnusableFileException if the name of the file does not lead to it any more: it would not be there after a
     *     restart
     */
    public void commit() throws SQLException {
        LogEnd next = transaction.write();
        long sources = transaction.sources();
        // The commit point: from here on the applied entries are durable, and not before.
        writer.commit();
        transaction.committed();
        if (transaction.history() != null) {
            bounds.moveEarliest(transaction.history().earliest());
        }
        long reports = next.head() - end.head();
        metrics.committed(System.nanoTime() - begunAt, reports);
        checkpoint.committed(sources, reports, transaction.infoChars());
        end = next;
        watch.checkNames();
    }

    /** Moves the head to what is committed, and returns whether there is anything new. */
    public boolean advance() {
        boolean advanced = end.head() > bounds.head();
        bounds.moveHead(end.head(), transaction.newestBlock());
        return advanced;
    }

    /** Takes the transaction back. */
    public void rollBack() throws SQLException {
        transaction.discard();
        writer.rollback();
    }

    /** Moves the write-ahead log into the file, when it is due. Not within a transaction. */
    public void checkpointWhenDue() throws SQLException, IOException {
        if (checkpoint.isDue()) {
            watch.checkContent(); // before anything is written over what is there
            checkpoint();
        }
    }

    void checkpoint() throws SQLException {
        long begun = System.nanoTime();
        checkpoint.run();
        metrics.checkpointed(System.nanoTime() - begun);
    }

    /**
     * Removes the oldest records, in transactions that are small enough for appends to wait for; sources keep their latest
     * states. It ends when there are no more, or no room on the disk to do so, or another process writes.
     *
     * @param keptFrom what was recorded before is too old, in nanoseconds since 1970
     * @param goOn whether to go on after so many
     */
    public void prune(RetentionProperties retention, long keptFrom, LongPredicate goOn)
            throws SQLException, IOException {
        long maxRecords = retention.maxRecords() == 0 ? Long.MAX_VALUE : retention.maxRecords();
        long from = retention.maxAge().isZero() ? Long.MIN_VALUE : keptFrom;
        long removed = 0;
        long step;
        do {
            step = pruneStep(maxRecords, from);
            removed += step;
            checkpointWhenDue();
        } while (step > 0 && goOn.test(removed));
    }

    private long pruneStep(long maxRecords, long keptFrom) throws SQLException {
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
        return end.logId();
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

    /**
     * Has commits return before they are on the disk, for a view whose entries are kept elsewhere: after a power cut it is as
     * it was at an earlier commit.
     */
    public void relax() throws SQLException {
        writer.execute("PRAGMA synchronous = NORMAL");
    }

    /** Has {@link #close} leave the file alone, since it is not what it was, or could not be written. */
    public void abandon() {
        writer.abandon();
    }

    /** Moves the write-ahead log into the file, unless a write has failed before, and closes it. */
    @Override
    public void close() throws SQLException, IOException {
        closeFile();
        owner.close();
    }

    /**
     * Closes the view and puts its file aside, whatever is wrong with it.
     *
     * @param file where it is now
     */
    public void putAside(Path file, Path aside) throws IOException {
        readers.close();
        Files.move(file, aside);
        Files.deleteIfExists(Path.of(file + "-wal"));
        Files.deleteIfExists(Path.of(file + "-shm"));
        writer.discard(); // what it removes by name has gone
        owner.close();
    }

    private void closeFile() throws SQLException {
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
        settings.resetOpenMode(SQLiteOpenMode.CREATE); // a file that is gone is not made anew
        settings.setJournalMode(JournalMode.WAL);
        settings.setSynchronous(SynchronousMode.FULL);
        settings.setBusyTimeout(BUSY_TIMEOUT_MILLIS);
        settings.setPragma(SQLiteConfig.Pragma.WAL_AUTOCHECKPOINT, "0");
        return settings;
    }
}
