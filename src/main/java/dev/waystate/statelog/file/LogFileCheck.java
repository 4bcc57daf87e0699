package dev.waystate.statelog.file;

import dev.waystate.process.Utf8;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks a file before anything is written to it: whether it is a log, of a version that this one knows, and whether
 * the write-ahead log beside it is its own. A process that was killed may have left the file half written. What the
 * file itself does not tell then is left to SQLite to recover.
 */
public final class LogFileCheck {

    /** The application id in the header of a log. */
    private static final int APPLICATION_ID = 0x57617973;

    /** The version of the newest migration. */
    public static final int SCHEMA_VERSION = 5;

    private static final String FIND_KEY = """
            SELECT wal_key, in_use_as, (SELECT rootpage FROM sqlite_schema WHERE name = 'bounds') FROM bounds""";

    private static final String FIND_END =
            "SELECT head, earliest > head, (SELECT position + records - 1 FROM block ORDER BY position DESC LIMIT 1)"
                    + " FROM bounds";

    /** The same of a log of the time before there were blocks. */
    private static final String FIND_END_OF_RECORDS =
            "SELECT head, earliest > head, (SELECT max(position) FROM record) FROM bounds";

    private static final Logger log = LoggerFactory.getLogger(LogFileCheck.class);

    private final LogFile file;
    private final Connection bare;

    private LogFileCheck(LogFile file, Connection bare) {
        this.file = file;
        this.bare = bare;
    }

    /**
     * Checks a file that is opened. Warns if its write-ahead log has gone: another program may have moved it into the
     * file.
     *
     * @param bare a connection of {@link LogFile#bareDataSource()}
     * @throws UnusableFileException if the file, with what is beside it, is not a whole log that this version can open
     */
    public static void check(LogFile file, Connection bare) throws SQLException, IOException {
        String name = new LogFileCheck(file, bare).run();
        if (name != null) {
            checkWriteAheadLogOf(file, name);
            log.warn(
                    "The state log {} was not closed in order, and has no write-ahead log: unless another program has"
                            + " moved it into the file, what was in it alone is lost",
                    file.path());
        }
    }

    /**
     * Checks, in the same way, a file that is only read. Its write-ahead log must not have gone.
     *
     * @throws DamagedFileException if it is damaged
     */
    public static void check(LogFile file) throws IOException {
        if (nameIfUnclosed(file) == null) {
            return;
        }
        String name = nameIfUnclosed(file); // again: a server may have closed it in order meanwhile
        if (name != null) {
            checkWriteAheadLogOf(file, name);
            throw new UnusableFileException("The state log " + file.path() + " was not closed in order, and its"
                    + " write-ahead log " + file.writeAheadLog() + " has gone. Put that back; or go without what was in"
                    + " it alone by: restore " + file.path() + " --replace --to " + file.path());
        }
    }

    /**
     * Checks a file as {@link #check(LogFile)} does, and takes it as it is where its write-ahead log has gone.
     *
     * @return whether it has gone
     */
    public static boolean checkWithoutWriteAheadLog(LogFile file) throws IOException {
        return nameIfUnclosed(file) != null;
    }

    private static @Nullable String nameIfUnclosed(LogFile file) throws IOException {
        if (Files.size(file.path()) == 0) {
            throw new UnusableFileException("Expected a state log in " + file.named() + ", but the file is empty");
        }
        try (Connection bare = file.bareDataSource().getConnection()) {
            return new LogFileCheck(file, bare).run();
        } catch (SQLException problem) {
            throw SqliteErrors.toIOException(problem);
        }
    }

    /**
     * Goes through all pages of a log, and returns the position of its newest record.
     *
     * @throws DamagedFileException if the file is damaged
     */
    public static long checkAll(Connection connection) throws SQLException, IOException {
        try (Statement statement = connection.createStatement()) {
            try (ResultSet result = statement.executeQuery("PRAGMA integrity_check")) {
                if (!result.getString(1).equals("ok")) {
                    throw new DamagedFileException("it is damaged: " + result.getString(1));
                }
            }
            String findEnd = tables(statement).contains("block") ? FIND_END : FIND_END_OF_RECORDS;
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

    /**
     * Returns the name under which the file was in use, if it was not closed in order and its write-ahead log is not
     * beside it; null otherwise.
     */
    private @Nullable String run() throws SQLException, IOException {
        if (Files.size(file.path()) == 0) {
            checkEmpty();
            return null;
        }
        try (Statement statement = bare.createStatement()) {
            statement.execute("PRAGMA writable_schema = true"); // also reads a file that has yet to become longer
            boolean ours = applicationId(statement) == APPLICATION_ID;
            if (!ours) {
                checkTables(tables(statement));
            }
            checkVersion(statement);
            return ours ? checkWriteAheadLog(statement) : null;
        } catch (SQLException problem) {
            if (SqliteErrors.isNoDatabase(problem)) {
                throw refused("it is no SQLite file");
            }
            if (!SqliteErrors.isHalfWritten(problem)) {
                throw problem;
            }
            return null;
        }
    }

    private void checkEmpty() throws IOException {
        if (Files.exists(file.writeAheadLog()) && Files.size(file.writeAheadLog()) > 0) {
            throw new UnusableFileException(
                    "The state log " + file.path() + " is empty, but there is a write-ahead log " + file.writeAheadLog()
                            + ": put the file back that it is of, or move it away to begin a new log");
        }
    }

    private static int applicationId(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery("PRAGMA application_id")) {
            return row.getInt(1);
        }
    }

    private static List<String> tables(Statement statement) throws SQLException {
        try (ResultSet row =
                statement.executeQuery("SELECT group_concat(name) FROM sqlite_schema WHERE type = 'table'")) {
            String names = row.getString(1);
            return names == null ? List.of() : Arrays.asList(names.split(","));
        }
    }

    /** Accepts a log from before logs had an application id, and one whose making was cut short. */
    private void checkTables(List<String> tables) {
        if (!tables.isEmpty() && !tables.containsAll(List.of("flyway_schema_history", "record", "source", "bounds"))) {
            throw refused("it is an SQLite file of another application");
        }
    }

    private UnusableFileException refused(String reason) {
        return new UnusableFileException("Expected a state log in " + file.named() + ", but " + reason
                + ": name another file, or move this one away");
    }

    private void checkVersion(Statement statement) throws SQLException {
        if (!tables(statement).contains("flyway_schema_history")) {
            return;
        }
        try (ResultSet row =
                statement.executeQuery("SELECT max(CAST(version AS INTEGER)) FROM flyway_schema_history")) {
            int version = row.getInt(1);
            if (version > SCHEMA_VERSION) {
                throw new UnusableFileException("The state log " + file.named() + " was written by a later Waystate: "
                        + "expected a schema up to version " + SCHEMA_VERSION + ", but it has version " + version
                        + ". Run the later Waystate, or restore a back-up from before");
            }
        }
    }

    private @Nullable String checkWriteAheadLog(Statement statement) throws SQLException, IOException {
        byte[] key;
        String inUseAs;
        long page;
        try (ResultSet row = statement.executeQuery(FIND_KEY)) {
            key = row.getBytes(1);
            inUseAs = row.getString(2);
            page = row.getLong(3);
        }
        if (key == null) {
            return null;
        }
        Optional<byte[]> first = WriteAheadLog.firstPage(file.writeAheadLog(), page);
        if (first.isPresent() && !contains(first.get(), key)) {
            throw new UnusableFileException("The write-ahead log " + file.writeAheadLog() + " is not of the state log "
                    + file.path() + " beside it, as after a restored back-up. Nothing was changed. To go on with the "
                    + "state log as it is, move the write-ahead log away; or put the file back that it is of");
        }
        return Files.exists(file.writeAheadLog()) ? null : inUseAs;
    }

    /** Looks for a write-ahead log that stayed beside another name of the file. */
    private static void checkWriteAheadLogOf(LogFile file, String inUseAs) throws IOException {
        Path other = LogFile.writeAheadLogOf(Utf8.path(inUseAs));
        if (Files.exists(other) && Files.size(other) > 0) {
            throw new UnusableFileException("The write-ahead log of the state log " + file.path() + " is " + other
                    + ": the process that wrote to it as " + inUseAs
                    + " was not ended in order. Open it under that name;"
                    + " or go without what is in the write-ahead log alone by: restore " + file.path()
                    + " --replace --to " + file.path());
        }
    }

    static boolean contains(byte[] page, byte[] key) {
        for (int at = 0; at <= page.length - key.length; at++) {
            if (Arrays.equals(page, at, at + key.length, key, 0, key.length)) {
                return true;
            }
        }
        return false;
    }
}
