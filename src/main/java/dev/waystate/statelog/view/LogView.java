package dev.waystate.statelog.view;

import dev.waystate.statelog.entry.Entry;
import dev.waystate.statelog.entry.Origin;
import dev.waystate.statelog.entry.Session;
import dev.waystate.statelog.entry.Verdict;
import dev.waystate.statelog.file.SqliteErrors;
import dev.waystate.statelog.file.UnusableFileException;
import dev.waystate.statelog.operation.LogMetrics;
import dev.waystate.statelog.operation.RetentionProperties;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The content of a log at its head, in an SQLite file. One connection applies batches, and a few read. Commits are
 * durable when they return (write-ahead log, synchronous=FULL), unless {@link #relax} was called. Checkpoints of our own
 * move the write-ahead log into the file, and their outcome is checked. SQLite would ignore a failure of its automatic
 * ones.
 *
 * <p>One thread applies, prunes and closes. Any thread may read.
 */
public final class LogView implements AutoCloseable {

    private static final String FIND_END = """
            SELECT earliest, head, (SELECT position + records - 1 FROM block ORDER BY position DESC LIMIT 1),
            recorded_at, lower(hex(log_id)), topic.cluster,
            topic.topic, next_offset, leader_epoch, importing FROM bounds LEFT JOIN topic""";

    private final ViewFile file;
    private final WriterConnection writer;
    private final LogBounds bounds;
    private final LogTransaction transaction;
    private final Pruning pruning;
    private final WalCheckpoint checkpoint;
    private final RecordReader records;
    private final SourceReader sources;
    private final TransitionReader transitions;
    private final ClockTable clock;
    private final LogMetrics metrics;

    /** As of the last commit. */
    private volatile AppliedState end;

    /** When the transaction was begun. For the thread that applies. */
    private long begunAt;

    private LogView(ViewFile file, LogMetrics metrics) throws SQLException {
        this.file = file;
        this.metrics = metrics;
        writer = file.writer();
        try (PreparedStatement find = writer.prepare(FIND_END);
                ResultSet row = find.executeQuery()) {
            TopicPlace place = row.getString(6) == null ? null : TopicPlace.read(row, 6);
            byte[] importing = row.getBytes(10);
            end = new AppliedState(
                    row.getLong(2),
                    row.getLong(4),
                    row.getString(5),
                    place,
                    importing == null ? null : Session.ofBytes(importing));
            bounds = new LogBounds(row.getLong(1), end.head());
            checkNewest(row.getLong(3));
        }
        transaction = new LogTransaction(writer);
        checkpoint = new WalCheckpoint(file, metrics);
        pruning = new Pruning(writer, bounds, checkpoint);
        Readers readers = file.readers();
        records = new RecordReader(readers, bounds);
        sources = new SourceReader(readers, bounds);
        transitions = new TransitionReader(readers, bounds, records);
        clock = new ClockTable(writer);
    }

    /**
     * Opens a file for this process alone, after creating it where it is missing, and brings its tables up to date. What a
     * process before left in the write-ahead log is in the file itself, and on the disk, before the log's end is looked
     * for.
     *
     * @throws UnusableFileException if it is no log that this process can have for itself, or one of a later version; if
     *     its write-ahead log is beside another name, or that beside it is of another file; or if its disk is full
     * @throws IllegalStateException if its end is missing, another process reads for long, or it cannot be opened
     */
    public static LogView open(Path name, int readConnections, LogMetrics metrics) {
        try {
            ViewFile file = ViewFile.open(name, readConnections);
            try {
                LogView view = new LogView(file, metrics);
                file.takeIntoUse();
                return view;
            } catch (SQLException | IOException | RuntimeException problem) {
                file.close();
                throw problem;
            }
        } catch (AccessDeniedException denied) {
            throw new UnusableFileException(denied);
        } catch (SQLException problem) {
            if (SqliteErrors.isDiskFull(problem)) {
                throw new UnusableFileException("Expected room on the disk of the state log " + name.toAbsolutePath()
                        + ", but it is full: make room, and keep all of its files");
            }
            throw cannotOpen(name, problem);
        } catch (IOException problem) {
            throw cannotOpen(name, problem);
        }
    }

    private static IllegalStateException cannotOpen(Path name, Exception problem) {
        return new IllegalStateException(
                "Cannot open the state log " + name.toAbsolutePath() + ": " + problem.getMessage(), problem);
    }

    /** Opens a file likewise, without metrics, for those who do not serve it. */
    public static LogView open(Path name, int readConnections) {
        return open(name, readConnections, LogMetrics.NONE);
    }

    private void checkNewest(long newest) {
        boolean empty = bounds.earliest() > bounds.head();
        if (newest != bounds.head() && !(empty && newest == 0)) {
            throw new IllegalStateException("The state log is damaged: expected its newest record at position "
                    + bounds.head() + ", but it is at " + newest + ". Restore the file from a backup");
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

    /** Returns whether rows of a history are still to come. Until then, the view is of no use. */
    public boolean isImporting() {
        return end.importing() != null;
    }

    /**
     * Checks the file.
     *
     * @throws UnusableFileException if its name, or that of its write-ahead log, does not lead to what was opened, or
     *     another program has written over it
     */
    public void checkFile() throws IOException {
        file.checkNames();
        file.checkContent();
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

    /** Notes the place in the topic behind what was applied, within a transaction. */
    public void moveTo(TopicPlace next) {
        transaction.moveTo(next);
    }

    /** Returns the stored state of the log's clock, for the log that gives batches their times. */
    public ClockTable clock() {
        return clock;
    }

    /**
     * Commits the transaction. What was applied is durable when this returns, unless {@link #relax} was called. Readers
     * see it after {@link #advance}.
     *
     * @throws UnusableFileException if the name of the file does not lead to it any more: it would not be there after a
     *     restart
     */
    public void commit() throws SQLException {
        AppliedState next = transaction.write();
        long sources = transaction.sources();
        // The commit point: from here on the applied entries are durable in a log of one process, and not before.
        writer.commit();
        transaction.committed();
        if (transaction.history() != null) {
            bounds.moveEarliest(transaction.history().earliest());
        }
        long reports = next.head() - end.head();
        metrics.committed(System.nanoTime() - begunAt, reports);
        checkpoint.committed(sources, reports, transaction.infoChars());
        end = next;
        file.checkNames();
    }

    /** Moves the head to what is committed, and returns whether there is anything new. */
    public boolean advance() {
        boolean advanced = end.head() > bounds.head();
        bounds.moveHead(end.head(), transaction.newestBlock());
        return advanced;
    }

    /** Returns whether the log lacks entries of its session ahead of an entry. Within a transaction. */
    public boolean lacksEntriesBefore(Origin origin) throws SQLException {
        return transaction.lacksEntriesBefore(origin);
    }

    /** Takes the transaction back. */
    public void rollBack() throws SQLException {
        transaction.discard();
        writer.rollback();
    }

    /** Moves the write-ahead log into the file, when it is due. Not within a transaction. */
    public void checkpointWhenDue() throws SQLException, IOException {
        checkpoint.runWhenDue();
    }

    void checkpoint() throws SQLException {
        checkpoint.run();
    }

    /**
     * Removes the oldest records, in transactions that are small enough for appends to wait for; sources keep their
     * latest states. It ends when there are no more, or no room on the disk to do so, or another process writes.
     *
     * @param keptFrom what was recorded before is too old, in nanoseconds since 1970
     * @param goOn tells whether to go on after so many removed records
     */
    public void prune(RetentionProperties retention, long keptFrom, LongPredicate goOn)
            throws SQLException, IOException {
        pruning.prune(retention, keptFrom, goOn);
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

    /** Returns the reader of records. */
    public RecordReader records() {
        return records;
    }

    /** Returns the reader of sources. */
    public SourceReader sources() {
        return sources;
    }

    /** Returns the reader of the states that sources were in. */
    public TransitionReader transitions() {
        return transitions;
    }

    /**
     * Makes commits return before they are on the disk, for a view whose entries are kept elsewhere. After a power cut
     * it is as it was at an earlier commit.
     */
    public void relax() throws SQLException {
        writer.execute("PRAGMA synchronous = NORMAL");
    }

    /** Marks the file as one that has only the beginning of its log, or takes the mark off. Not within a transaction. */
    public void markPartial(boolean partial) throws SQLException {
        writer.execute("PRAGMA user_version = " + (partial ? 1 : 0));
    }

    /** Returns whether the file has the mark. For the thread that applies. */
    public boolean isMarkedPartial() throws SQLException {
        try (PreparedStatement find = writer.prepare("PRAGMA user_version");
                ResultSet row = find.executeQuery()) {
            return row.getBoolean(1);
        }
    }

    /** Makes {@link #close} leave the file alone, since it is not what it was, or could not be written. */
    public void abandon() {
        writer.abandon();
    }

    /** Moves the write-ahead log into the file, unless a write has failed before, and closes it. */
    @Override
    public void close() throws SQLException, IOException {
        try (file) {
            if (writer.isSound()) {
                transaction.close();
                pruning.close();
            }
        }
    }

    /**
     * Closes the view and puts its file aside, whatever is wrong with it.
     *
     * @param from where it is now
     */
    public void putAside(Path from, Path aside) throws IOException {
        file.putAside(from, aside);
    }
}
