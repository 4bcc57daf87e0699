package dev.waystate.statelog.view;

import dev.waystate.statelog.DamagedRecordException;
import dev.waystate.statelog.Report;
import dev.waystate.statelog.StateRecord;
import dev.waystate.statelog.Transition;
import dev.waystate.statelog.entry.Entry;
import dev.waystate.statelog.entry.History;
import dev.waystate.statelog.file.FileOwner;
import dev.waystate.statelog.file.LogFile;
import dev.waystate.statelog.file.LogFileCheck;
import dev.waystate.statelog.file.SqliteErrors;
import dev.waystate.statelog.file.UnusableFileException;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Reads the whole history of a log that no process has open, also of one that was not closed in order. The file is only
 * read; no process can open the log meanwhile.
 */
public final class LogExport implements AutoCloseable {

    private static final String FIND_BOUNDS = """
            SELECT earliest, states_from, copy, lower(hex(log_id)), EXISTS (SELECT * FROM topic) FROM bounds""";

    private final FileOwner owner;
    private final Connection connection;
    private final Checksum checksum = new Checksum();
    private final long head;
    private final History history;
    private final String logId;

    private LogExport(LogFile file, FileOwner owner, Connection connection) throws SQLException, IOException {
        this.owner = owner;
        this.connection = connection;
        requireVersion(file);
        owner.confirm(); // SQLite has a lock from here on
        head = LogFileCheck.checkAll(connection);
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(FIND_BOUNDS)) {
            if (row.getBoolean(5)) {
                throw new UnusableFileException("Expected a log of a single process in " + file.named()
                        + ", but it is the view of a replica: its log is in a topic already");
            }
            history = new History(row.getLong(1), row.getLong(2));
            // A log that goes on from a copy has another history than the original.
            logId = row.getBoolean(3) ? Entry.Genesis.newLogId() : row.getString(4);
        }
    }

    /**
     * Opens the file of a log.
     *
     * @throws java.nio.file.NoSuchFileException if there is none
     * @throws UnusableFileException if it is none that this version can read, is in use, or is the view of a replica
     * @throws dev.waystate.statelog.file.DamagedFileException if it is damaged
     * @throws IOException if it cannot be read
     */
    public static LogExport open(Path name) throws IOException {
        LogFile file = LogFile.find(name);
        LogFileCheck.check(file);
        FileOwner owner = FileOwner.acquire(file);
        try {
            return open(file, owner);
        } catch (SQLException problem) {
            owner.close();
            throw SqliteErrors.toIOException(problem);
        } catch (IOException | RuntimeException problem) {
            owner.close();
            throw problem;
        }
    }

    private static LogExport open(LogFile file, FileOwner owner) throws SQLException, IOException {
        Connection connection = file.readOnlyDataSource().getConnection();
        try {
            return new LogExport(file, owner, connection);
        } catch (SQLException | IOException | RuntimeException problem) {
            connection.close();
            throw problem;
        }
    }

    private void requireVersion(LogFile file) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("SELECT max(CAST(version AS INTEGER)) FROM flyway_schema_history")) {
            if (row.getInt(1) != LogFileCheck.SCHEMA_VERSION) {
                throw new UnusableFileException("Expected the schema version " + LogFileCheck.SCHEMA_VERSION + " in "
                        + file.named() + ", but it has version " + row.getInt(1)
                        + " of an earlier Waystate: start this one on it, and stop it again");
            }
        }
    }

    /** Returns what begins a log that goes on from this one, before the rows. */
    public Entry.Genesis genesis() {
        return new Entry.Genesis(logId, history);
    }

    /** Returns the position of the newest record, 0 when there was none. */
    public long head() {
        return head;
    }

    /**
     * Reads all rows.
     *
     * @param mostChars about the most characters of an entry that has several rows
     * @param to takes the entries in their order
     * @throws DamagedRecordException if a row is damaged, or missing
     * @throws IOException if the file cannot be read
     */
    public void read(int mostChars, Consumer<Entry.Rows> to) throws IOException {
        RowGroups groups = new RowGroups(mostChars, to);
        try {
            readSources(groups);
            readRecords(groups);
            readTransitions(groups);
            readTotals(groups);
        } catch (SQLException problem) {
            throw SqliteErrors.toIOException(problem);
        }
        groups.end();
    }

    private void readSources(RowGroups groups) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT " + SourceRow.COLUMNS + " FROM source ORDER BY id")) {
            while (row.next()) {
                groups.add(SourceRow.read(row, checksum).toHistory());
            }
        }
    }

    private void readRecords(RowGroups groups) throws SQLException {
        long position = history.earliest() - 1;
        try (SourceName.Lookup names = new SourceName.Cache().on(connection);
                RecordScan scan = new RecordScan(connection, position + 1, head)) {
            BlockCursor read = scan.record();
            while (scan.next()) {
                position++;
                if (read.position() != position || !read.isIntact(names.find(read.sourceId()))) {
                    throw new DamagedRecordException(position);
                }
                StateRecord record = read.toRecord();
                groups.add(new History.Record(
                        read.sourceId(),
                        record.sequence(),
                        new Report(record.status(), record.info(), record.reportedAt(), record.location()),
                        record.recordedAt(),
                        read.previous() == RecordRow.UNLINKED ? null : read.previous()));
            }
        }
        if (position != head) {
            throw new DamagedRecordException(position + 1);
        }
    }

    private void readTransitions(RowGroups groups) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT " + TransitionRow.COLUMNS
                        + ", source_id, name FROM transition LEFT JOIN source ON id = source_id"
                        + " ORDER BY source_id, transition.position")) {
            while (row.next()) {
                TransitionRow read = TransitionRow.read(row);
                String source = row.getString(6);
                if (source == null) {
                    throw new DamagedRecordException(read.position());
                }
                Transition transition = read.toTransition(source, null, checksum);
                groups.add(new History.Transition(
                        row.getLong(5), transition.position(), transition.status(), transition.since()));
            }
        }
    }

    private void readTotals(RowGroups groups) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT status, reports FROM status_total ORDER BY status")) {
            while (row.next()) {
                groups.add(new History.Total(row.getInt(1), row.getLong(2)));
            }
        }
    }

    @Override
    public void close() throws IOException {
        try {
            connection.close();
        } catch (SQLException problem) {
            throw SqliteErrors.toIOException(problem);
        } finally {
            owner.close();
        }
    }

    /** Puts as many rows into an entry as fit. */
    private static final class RowGroups {

        private static final int ROW_CHARS = 100;

        private final int mostChars;
        private final Consumer<Entry.Rows> to;
        private List<History.Source> sources = new ArrayList<>();
        private List<History.Record> records = new ArrayList<>();
        private List<History.Transition> transitions = new ArrayList<>();
        private List<History.Total> totals = new ArrayList<>();
        private int chars;

        RowGroups(int mostChars, Consumer<Entry.Rows> to) {
            this.mostChars = mostChars;
            this.to = to;
        }

        void add(History.Source source) {
            makeRoom(source.name().length() + source.report().info().length());
            sources.add(source);
        }

        void add(History.Record record) {
            makeRoom(record.report().info().length());
            records.add(record);
        }

        void add(History.Transition transition) {
            makeRoom(0);
            transitions.add(transition);
        }

        void add(History.Total total) {
            makeRoom(0);
            totals.add(total);
        }

        private void makeRoom(int textChars) {
            int more = ROW_CHARS + textChars;
            if (chars > 0 && chars + more > mostChars) {
                pass(false);
            }
            chars += more;
        }

        void end() {
            pass(true);
        }

        private void pass(boolean last) {
            to.accept(new Entry.Rows(sources, records, transitions, totals, last));
            sources = new ArrayList<>();
            records = new ArrayList<>();
            transitions = new ArrayList<>();
            totals = new ArrayList<>();
            chars = 0;
        }
    }
}
