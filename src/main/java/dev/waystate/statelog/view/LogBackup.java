package dev.waystate.statelog.view;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.sqlite.SQLiteConfig;

/**
 * Copies a log as of one moment while a server goes on writing to it. The copy has every record that was acknowledged
 * before, is one file without a write-ahead log, and is whole, checked and on the disk when it gets its name.
 */
public final class LogBackup {

    private static final int BUSY_TIMEOUT_MILLIS = 5_000;

    private static final String FIND_END = """
            SELECT head, earliest > head, (SELECT max(position) FROM record) FROM bounds""";

    private LogBackup() {}

    /**
     * Makes the copy. Readers and writer of the log do not wait for it; the write-ahead log grows meanwhile.
     *
     * @param log the file of the log, which is only read
     * @param copy does not exist yet; its directory does
     * @return the position of the newest record in the copy
     * @throws FileAlreadyExistsException if the copy exists
     * @throws NoSuchFileException if the log, or the directory of the copy, does not
     * @throws IOException if the log is none, or is damaged, or the copy cannot be written; no copy is left then
     */
    public static long copy(Path log, Path copy) throws IOException {
        check(log, copy);
        Path directory = copy.toAbsolutePath().getParent();
        Path unfinished = Files.createTempFile(directory, copy.getFileName() + ".", ".partial");
        try {
            vacuum(log, unfinished);
            sync(unfinished);
            long head = checkedHead(unfinished);
            Files.move(unfinished, copy); // from here on there is a back-up
            sync(directory);
            return head;
        } catch (SQLException failed) {
            throw new IOException(failed.getMessage(), failed);
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }

    private static void check(Path log, Path copy) throws IOException {
        if (!Files.isRegularFile(log)) {
            throw new NoSuchFileException(log.toString());
        }
        if (Files.exists(copy)) {
            throw new FileAlreadyExistsException(copy.toString());
        }
        try (Connection connection = open(log);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(FIND_END)) {
            if (!row.next()) {
                throw new IOException("it has no bounds");
            }
        } catch (SQLException problem) {
            throw new IOException(
                    "expected a state log, but it cannot be read as one (" + problem.getMessage() + ")", problem);
        }
    }

    private static void vacuum(Path log, Path copy) throws SQLException {
        try (Connection connection = open(log);
                PreparedStatement vacuum = connection.prepareStatement("VACUUM INTO ?")) {
            vacuum.setString(1, copy.toString());
            vacuum.execute();
        }
    }

    private static long checkedHead(Path copy) throws SQLException, IOException {
        try (Connection connection = open(copy);
                Statement statement = connection.createStatement()) {
            try (ResultSet result = statement.executeQuery("PRAGMA integrity_check")) {
                if (!result.getString(1).equals("ok")) {
                    throw new IOException("the copy is damaged: " + result.getString(1));
                }
            }
            try (ResultSet end = statement.executeQuery(FIND_END)) {
                long head = end.getLong(1);
                boolean empty = end.getBoolean(2);
                if (end.getLong(3) != head && !empty) {
                    throw new IOException("the newest record is at position " + end.getLong(3) + " and not at " + head);
                }
                return head;
            }
        }
    }

    /** Opens a file only to read it: a connection that may write could take over the server's checkpoints. */
    private static Connection open(Path file) throws SQLException {
        SQLiteConfig settings = new SQLiteConfig();
        settings.setReadOnly(true);
        settings.setBusyTimeout(BUSY_TIMEOUT_MILLIS);
        return settings.createConnection("jdbc:sqlite:" + file);
    }

    private static void sync(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
