package dev.waystate.statelog.view;

import com.google.common.base.Throwables;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.waystate.process.Utf8;
import dev.waystate.statelog.file.FileOwner;
import dev.waystate.statelog.file.FileWatch;
import dev.waystate.statelog.file.LogFile;
import dev.waystate.statelog.file.LogFileCheck;
import dev.waystate.statelog.file.Mark;
import dev.waystate.statelog.file.UnusableFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
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
 * The file of a view, which this process has for itself until it is closed. One connection writes, and a few read.
 * While the file is in use, a key in it tells its write-ahead log from any other. Closing seals the file: it then has
 * all of the log, and no write-ahead log belongs to it.
 *
 * <p>For the thread that applies, except for the connections that read.
 */
final class ViewFile implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ViewFile.class);

    static final int BUSY_TIMEOUT_MILLIS = 2_000;
    private static final int CACHE_KIBIBYTES = 16 * 1024;
    private static final int WAL_LEFT_AFTER_RESET_BYTES = 16 * 1024 * 1024;

    private static final String FIND_MARK = """
            SELECT rootpage, page_size, wal_key FROM sqlite_schema, pragma_page_size, bounds WHERE name = 'bounds'""";

    private final LogFile file;
    private final FileOwner owner;
    private final WriterConnection writer;
    private final HikariDataSource readers;

    /** Whether the file says that it is in use. */
    private boolean inUse;

    /** Set when the file is taken into use. */
    private @Nullable FileWatch watch;

    private ViewFile(LogFile file, FileOwner owner, WriterConnection writer, HikariDataSource readers) {
        this.file = file;
        this.owner = owner;
        this.writer = writer;
        this.readers = readers;
    }

    /**
     * Opens a file, after creating it where it is missing, and brings its tables up to date. What a process before left in
     * the write-ahead log is in the file itself, and on the disk, when this returns.
     *
     * @throws UnusableFileException if it is no log that this process can have for itself, or one of a later version; or
     *     its write-ahead log is beside another name, or that beside it is of another file
     * @throws IllegalStateException if another process reads for long
     */
    static ViewFile open(Path name, int readConnections) throws SQLException, IOException {
        LogFile file = LogFile.findOrCreate(name);
        FileOwner owner = FileOwner.acquire(file);
        try {
            return open(file, owner, readConnections);
        } catch (SQLException | IOException | RuntimeException problem) {
            owner.close();
            throw problem;
        }
    }

    private static ViewFile open(LogFile file, FileOwner owner, int readConnections) throws SQLException, IOException {
        WriterConnection writer = connect(file);
        HikariDataSource readers = openReaders(file, readConnections);
        try {
            owner.confirm();
            emptyWriteAheadLog(writer);
            migrate(file);
            goOnFromCopy(writer);
            emptyWriteAheadLog(writer);
            return new ViewFile(file, owner, writer, readers);
        } catch (SQLException | IOException | RuntimeException problem) {
            readers.close();
            writer.close();
            throw problem;
        }
    }

    /** Checks the file, and connects. */
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

    private static void migrate(LogFile file) throws SQLException {
        try {
            migrations(file).migrate();
        } catch (FlywayException failed) {
            Throwable cause = NestedExceptionUtils.getMostSpecificCause(failed);
            Throwables.throwIfInstanceOf(cause, UnusableFileException.class);
            Throwables.throwIfInstanceOf(cause, SQLException.class); // the caller names the file
            throw failed;
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
     * A log that goes on from a copy has another history than the original, and another time: unless its history is
     * that of the topic.
     */
    private static void goOnFromCopy(WriterConnection writer) throws SQLException {
        writer.execute("DELETE FROM clock WHERE (SELECT copy FROM bounds)");
        writer.execute("UPDATE bounds SET log_id = randomblob(16) WHERE copy AND NOT EXISTS (SELECT * FROM topic)");
        writer.execute("UPDATE bounds SET copy = 0 WHERE copy");
    }

    private static HikariDataSource openReaders(LogFile file, int connections) {
        HikariConfig pool = new HikariConfig();
        pool.setPoolName("state-log-readers");
        pool.setDataSource(file.dataSource(settings()));
        pool.setConnectionInitSql("PRAGMA query_only = true");
        pool.setMaximumPoolSize(connections);
        return new HikariDataSource(pool);
    }

    static SQLiteConfig writerSettings() {
        SQLiteConfig settings = settings();
        settings.setOpenMode(SQLiteOpenMode.NOMUTEX); // one thread uses it, and the driver has a lock of its own
        settings.setCacheSize(-CACHE_KIBIBYTES);
        settings.setJournalSizeLimit(WAL_LEFT_AFTER_RESET_BYTES);
        settings.setGetGeneratedKeys(false); // which the driver would ask for after each insert
        return settings;
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

    /** Returns the connection that writes. */
    WriterConnection writer() {
        return writer;
    }

    /** Returns the connections that read. */
    Readers readers() {
        return new Readers(readers);
    }

    /** Notes in the file that it is in use, and where, before anything is committed. From here on it is watched. */
    void takeIntoUse() throws SQLException, IOException {
        inUse = true;
        changeKey(file.path());
        emptyWriteAheadLog(writer);
        writer.execute("UPDATE bounds SET last_wal_key = NULL");
        watch = new FileWatch(file, owner, mark());
    }

    /**
     * Changes the key that ties a write-ahead log to the file, from the next commit on. The change itself begins a
     * write-ahead log. It names both keys, so that this write-ahead log is known to be the file's, whether or not the
     * change has reached the file.
     */
    private void changeKey(@Nullable Path inUseAs) throws SQLException {
        try (PreparedStatement change =
                writer.prepare("UPDATE bounds SET last_wal_key = wal_key, wal_key = randomblob(16), in_use_as = ?")) {
            change.setString(1, inUseAs == null ? null : Utf8.text(inUseAs));
            change.executeUpdate();
        }
    }

    private Mark mark() throws SQLException {
        try (PreparedStatement find = writer.prepare(FIND_MARK);
                ResultSet row = find.executeQuery()) {
            return new Mark((row.getLong(1) - 1) * row.getInt(2), row.getInt(2), row.getBytes(3));
        }
    }

    /** @throws UnusableFileException if its name, or that of its write-ahead log, does not lead to what was opened */
    void checkNames() {
        watch.checkNames();
    }

    /** @throws UnusableFileException if another program has written over it */
    void checkContent() throws IOException {
        watch.checkContent();
    }

    /** Moves the write-ahead log into the file, unless a write has failed before, and closes it. */
    @Override
    public void close() throws SQLException, IOException {
        try {
            closeConnections();
        } finally {
            owner.close();
        }
    }

    private void closeConnections() throws SQLException {
        readers.close();
        try {
            if (inUse && writer.isSound() && !seal()) {
                log.info("Another process reads the state log: its write-ahead log stays until the next start");
                writer.abandon(); // or SQLite would remove it, once that process has ended
            }
        } finally {
            writer.close();
        }
    }

    private boolean seal() throws SQLException {
        if (!writer.empty()) {
            return false;
        }
        changeKey(null);
        return writer.empty();
    }

    /**
     * Closes the file and puts it aside, whatever is wrong with it.
     *
     * @param from where it is now
     */
    void putAside(Path from, Path aside) throws IOException {
        readers.close();
        // First, so that a process that is killed leaves no write-ahead log without its file.
        Files.deleteIfExists(LogFile.writeAheadLogOf(from));
        Files.deleteIfExists(LogFile.sharedMemoryOf(from));
        Files.move(from, aside, StandardCopyOption.REPLACE_EXISTING);
        writer.discard(); // the files that it would remove have gone
        owner.close();
    }
}
