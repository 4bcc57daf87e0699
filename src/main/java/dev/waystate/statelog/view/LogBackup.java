package dev.waystate.statelog.view;

import dev.waystate.statelog.file.DamagedFileException;
import dev.waystate.statelog.file.LogFile;
import dev.waystate.statelog.file.LogFileCheck;
import dev.waystate.statelog.file.SqliteErrors;
import dev.waystate.statelog.file.UnusableFileException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.sqlite.SQLiteConfig;

/**
 * Copies a log as of one moment while a server goes on writing to it. The copy has every record that was acknowledged
 * before, is one file without a write-ahead log, and is whole, checked and on the disk when it gets its name.
 */
public final class LogBackup {

    private static final int BUSY_TIMEOUT_MILLIS = 5_000;

    private static final String FIND_END =
            "SELECT head, earliest > head, (SELECT position + records - 1 FROM block ORDER BY position DESC LIMIT 1)"
                    + " FROM bounds";

    /** The same of a log of the time before there were blocks. */
    private static final String FIND_END_OF_RECORDS =
            "SELECT head, earliest > head, (SELECT max(position) FROM record) FROM bounds";

    /**
     * What is changed in a copy.
     *
     * @param column of the bounds; a log of the time before it had it cannot be changed so
     * @param unless a column that makes it needless; empty for none
     */
    private record Change(String column, String unless, String sql) {}

    /** A copy is complete in itself, and no write-ahead log but its own is of it. */
    private static final Change SEAL = new Change(
            "wal_key", "", "UPDATE bounds SET wal_key = randomblob(16), last_wal_key = NULL, in_use_as = NULL");

    /** Whoever opens the copy goes on with another history than the original, unless it is that of a topic. */
    private static final Change MARK = new Change("copy", "", "UPDATE bounds SET copy = 1");

    /** The same for a log of a version that had no marks. */
    private static final Change BEGIN_ANEW =
            new Change("log_id", "copy", "UPDATE bounds SET log_id = randomblob(16); DELETE FROM clock");

    private LogBackup() {}

    /**
     * Makes the copy. Readers and writer of the log do not wait for it; the write-ahead log grows meanwhile.
     *
     * @param log the file of the log, which is only read
     * @param copy does not exist yet; its directory does
     * @return the position of the newest record in the copy
     * @throws FileAlreadyExistsException if the copy exists
     * @throws NoSuchFileException if the log, or the directory of the copy, does not
     * @throws UnusableFileException if the log is none that this version can read
     * @throws DamagedFileException if the log is damaged
     * @throws IOException if the log cannot be read, or the copy cannot be written; no copy is left then
     */
    public static long copy(Path log, Path copy) throws IOException {
        LogFile file = LogFile.find(log);
        if (Files.exists(copy, LinkOption.NOFOLLOW_LINKS)) {
            throw new FileAlreadyExistsException(copy.toString());
        }
        Path directory = copy.toAbsolutePath().getParent();
        try (UnfinishedFiles unfinished = new UnfinishedFiles()) {
            Path filled = unfinished.createIn(directory, "backup.");
            check(file, LogFileCheck::check);
            long head = fill(filled, file, List.of(SEAL, MARK));
            unfinished.complete(() -> Files.move(filled, copy)); // from here on there is a back-up
            sync(directory);
            return head;
        }
    }

    /**
     * Makes a log, in a file that is empty, that goes on from a back-up as one of its own. Takes a log for a back-up, too,
     * also when its write-ahead log is lost.
     *
     * @return the position of the newest record in it
     * @throws UnusableFileException if the back-up is none that this version can read
     * @throws DamagedFileException if the back-up is damaged
     * @throws IOException if the back-up cannot be read, or the log cannot be written
     */
    public static long restoreInto(Path log, Path backup) throws IOException {
        LogFile file = LogFile.find(backup);
        check(file, LogFileCheck::checkWithoutWriteAheadLog);
        return fill(log, file, List.of(SEAL, MARK, BEGIN_ANEW));
    }

    interface Check {
        void run(LogFile file, Connection bare) throws SQLException, IOException;
    }

    /**
     * Looks at a file before it is read.
     *
     * @throws UnusableFileException if it is no log that this version can read
     * @throws DamagedFileException if it is damaged
     */
    static void check(LogFile file, Check check) throws IOException {
        if (Files.size(file.path()) == 0) {
            throw new UnusableFileException("Expected a state log in " + file.named() + ", but the file is empty");
        }
        try (Connection bare = file.bareDataSource().getConnection()) {
            check.run(file, bare);
        } catch (SQLException problem) {
            throw failure(problem);
        }
    }

    /** Copies a log, changes the copy, and returns its head when it is whole and on the disk. */
    private static long fill(Path copy, LogFile log, List<Change> changes) throws IOException {
        try {
            vacuum(log, copy);
            change(LogFile.find(copy), changes);
            sync(copy);
            return checkedHead(LogFile.find(copy));
        } catch (SQLException failed) {
            throw failure(failed);
        }
    }

    /** Returns an exception that says in plain words why a log could not be read, or copied. */
    static IOException failure(SQLException problem) {
        if (SqliteErrors.isDamage(problem)) {
            return new DamagedFileException("the file is damaged or cut short", problem);
        }
        if (SqliteErrors.isBusy(problem)) {
            return new IOException("another process has locked the file for long: wait for its end", problem);
        }
        if (SqliteErrors.isDenied(problem)) {
            return new IOException(
                    "the file, or the -wal beside it, is not open to this user, or its directory is read-only, and SQLite"
                            + " has to write there: copy both to another directory, and name the copy",
                    problem);
        }
        if (SqliteErrors.isDiskFull(problem)) {
            return new IOException("there is no room for the copy: its disk is full", problem);
        }
        return new IOException(problem.getMessage(), problem);
    }

    private static void vacuum(LogFile log, Path copy) throws SQLException {
        try (Connection connection = open(log);
                PreparedStatement vacuum = connection.prepareStatement("VACUUM INTO ?")) {
            vacuum.setString(1, copy.toUri().toString()); // in which all bytes of the name are
            vacuum.execute();
        }
    }

    private static void change(LogFile copy, List<Change> changes) throws SQLException {
        try (Connection connection = copy.dataSource(new SQLiteConfig()).getConnection();
                Statement statement = connection.createStatement()) {
            for (Change change : changes) {
                if (hasColumn(statement, "bounds", change.column())
                        && !hasColumn(statement, "bounds", change.unless())) {
                    statement.executeUpdate(change.sql());
                }
            }
        }
    }

    private static boolean hasColumn(Statement statement, String table, String name) throws SQLException {
        try (ResultSet count = statement.executeQuery(
                "SELECT count(*) FROM pragma_table_info('" + table + "') WHERE name = '" + name + "'")) {
            return count.getBoolean(1);
        }
    }

    private static long checkedHead(LogFile copy) throws SQLException, IOException {
        try (Connection connection = open(copy)) {
            return checkedHead(connection);
        }
    }

    /** @throws DamagedFileException if the file is damaged */
    static long checkedHead(Connection connection) throws SQLException, IOException {
        try (Statement statement = connection.createStatement()) {
            try (ResultSet result = statement.executeQuery("PRAGMA integrity_check")) {
                if (!result.getString(1).equals("ok")) {
                    throw new DamagedFileException("it is damaged: " + result.getString(1));
                }
            }
            String findEnd = hasColumn(statement, "block", "records") ? FIND_END : FIND_END_OF_RECORDS;
            try (ResultSet end = statement.executeQuery(findEnd)) {
                long head = end.getLong(1);
                boolean empty = end.getBoolean(2);
                if (end.getLong(3) != head && !empty) {
                    throw new DamagedFileException(
                            "the newest record is at position " + end.getLong(3) + " and not at " + head);
                }
                return head;
            }
        }
    }

    /** Opens a file only to read it: a connection that may write could take over the server's checkpoints. */
    static Connection open(LogFile file) throws SQLException {
        SQLiteConfig settings = new SQLiteConfig();
        settings.setReadOnly(true);
        settings.setBusyTimeout(BUSY_TIMEOUT_MILLIS);
        return file.dataSource(settings).getConnection();
    }

    /** Has a file, or the names in a directory, reach the disk. */
    public static void sync(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
