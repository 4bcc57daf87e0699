package dev.waystate.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waystate.ServerProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@link LogFileIT} tries, without the server's protection: SQLite alone loses what was committed. */
class SqliteAloneTests {

    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void create() throws Exception {
        file = directory.resolve("log.db");
        try (Connection log = open(file)) {
            execute(log, "CREATE TABLE records (position INTEGER PRIMARY KEY, info TEXT)");
        }
    }

    @Test
    void itTakesAHardLinkForAnotherFileAndLosesWhatTheFirstCommits() throws Exception {
        Path link = directory.resolve("link.db");
        Files.createLink(link, file);
        try (Connection first = open(file)) {
            for (int i = 0; i < 100; i++) {
                insert(first);
            }
            assertThat(insertInAnotherProcess(link)).isZero();
        }
        try (Connection log = open(file)) {
            assertThat(records(log)).isLessThan(101);
        }
    }

    @Test
    void itCommitsToAFileThatIsRemoved() throws Exception {
        try (Connection log = open(file)) {
            Files.delete(file);
            insert(log);
            assertThat(records(log)).isOne();
        }
        assertThat(file).doesNotExist();
    }

    private static int insertInAnotherProcess(Path file) throws Exception {
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        Process process = new ProcessBuilder(
                        ServerProcess.java(), "-cp", classPath, SqliteAloneTests.class.getName(), file.toString())
                .inheritIO()
                .start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    /** Commits one record. */
    public static void main(String[] args) throws SQLException {
        try (Connection log = open(Path.of(args[0]))) {
            insert(log);
        }
    }

    private static void insert(Connection log) throws SQLException {
        execute(log, "INSERT INTO records (info) VALUES ('committed')");
    }

    private static Connection open(Path file) throws SQLException {
        Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        execute(connection, "PRAGMA journal_mode = WAL");
        return connection;
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static long records(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(*) FROM records")) {
            return rows.getLong(1);
        }
    }
}
