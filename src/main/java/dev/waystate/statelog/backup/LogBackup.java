package dev.waystate.statelog.backup;

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

    /**
     * A change of a copy.
     *
     * @param column the column of the bounds that it needs; a log from before the column is left as it is
     * @param unless a column that makes the change needless; empty for none
     */
    private record Change(String column, String unless, String sql) {}

    /** Seals the copy: it is complete in itself, and no other write-ahead log belongs to it. */
    private static final Change SEAL = new Change(
            "wal_key", "", "UPDATE bounds SET wal_key = randomblob(16), last_wal_key = NULL, in_use_as = NULL");

    /**
     * Marks the copy: a log that goes on from it has another history than the original, unless that is the history of a
     * topic.
     */
    private static final Change MARK = new Change("copy", "", "UPDATE bounds SET copy = 1");

    /** Begins the other history at once, for a log of a version that had no marks. */
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
            LogFileCheck.check(file);
            long head = fill(filled, file, List.of(SEAL, MARK));
            unfinished.complete(() -> Files.move(filled, copy)); // from here on there is a back-up
            sync(directory);
            return head;
        }
    }

    /**
     * Fills an empty file with a log that goes on from a back-up as one of its own.
     *
     * @param backup a log that was checked; its write-ahead log may be lost
     * @return the position of the newest record in it
     * @throws DamagedFileException if the back-up is damaged
     * @throws IOException if the back-up cannot be read, or the log cannot be written
     */
    static long restoreInto(Path log, LogFile backup) throws IOException {
        return fill(log, backup, List.of(SEAL, MARK, BEGIN_ANEW));
    }

    /** Copies a log, changes the copy, and returns its head when it is whole and on the disk. */
    private static long fill(Path copy, LogFile log, List<Change> changes) throws IOException {
        try {
            vacuum(log, copy);
            change(LogFile.find(copy), changes);
            sync(copy);
            return head(LogFile.find(copy));
        } catch (SQLException failed) {
            throw SqliteErrors.toIOException(failed);
        }
    }

    private static void vacuum(LogFile log, Path copy) throws SQLException {
        try (Connection connection = log.readOnlyDataSource().getConnection();
                PreparedStatement vacuum = connection.prepareStatement("VACUUM INTO ?")) {
            vacuum.setString(1, copy.toUri().toString()); // a URI, which can have every byte of the name
            vacuum.execute();
        }
    }

    private static void change(LogFile copy, List<Change> changes) throws SQLException {
        try (Connection connection = copy.dataSource(new SQLiteConfig()).getConnection();
                Statement statement = connection.createStatement()) {
            for (Change change : changes) {
                if (boundsHave(statement, change.column()) && !boundsHave(statement, change.unless())) {
                    statement.executeUpdate(change.sql());
                }
            }
        }
    }

    private static boolean boundsHave(Statement statement, String column) throws SQLException {
        try (ResultSet count = statement.executeQuery(
                "SELECT count(*) FROM pragma_table_info('bounds') WHERE name = '" + column + "'")) {
            return count.getBoolean(1);
        }
    }

    /** @throws IOException if the copy is damaged */
    private static long head(LogFile copy) throws SQLException, IOException {
        try (Connection connection = copy.readOnlyDataSource().getConnection()) {
            return LogFileCheck.checkAll(connection);
        }
    }

    /** Syncs a file, or the names in a directory, to the disk. */
    static void sync(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
