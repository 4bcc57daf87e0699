package dev.waystate.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.waystate.ServerProcess;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The control of {@link LogFileIT} and {@link SyncFailureIT}: without the server's protection, SQLite alone loses what
 * was committed.
 */
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
            assertThat(insertInAnotherProcess(link, 1)).isEqualTo("1 committed, 0 failed");
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

    @Test
    void itCommitsAfterASyncThatHasFailed() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/strace")), "Skipped: failing syncs need strace");
        assertThat(insertInAnotherProcess(
                        file,
                        10,
                        "/usr/bin/strace",
                        "-f",
                        "--seccomp-bpf",
                        "-o",
                        "/dev/null",
                        "-P",
                        file.toRealPath() + "-wal",
                        "-e",
                        "trace=fsync,fdatasync",
                        "-e",
                        "inject=fsync,fdatasync:error=EIO:when=3"))
                .isEqualTo("9 committed, 1 failed");
    }

    private static String insertInAnotherProcess(Path file, int records, String... wrapper) throws Exception {
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        List<String> command = new ArrayList<>(List.of(wrapper));
        command.addAll(List.of(ServerProcess.java(), "-cp", classPath, SqliteAloneTests.class.getName()));
        command.addAll(List.of(file.toString(), Integer.toString(records)));
        Process process =
                new ProcessBuilder(command).redirectError(Redirect.INHERIT).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return output.strip();
    }

    /**
     * Commits so many records to a file, also when some fail. Prints how many were committed, and how many were not.
     */
    public static void main(String[] args) throws SQLException {
        int committed = 0;
        int failed = 0;
        try (Connection log = open(Path.of(args[0]))) {
            for (int i = 0; i < Integer.parseInt(args[1]); i++) {
                try {
                    insert(log);
                    committed++;
                } catch (SQLException problem) {
                    failed++;
                }
            }
        }
        System.out.println(committed + " committed, " + failed + " failed");
    }

    private static void insert(Connection log) throws SQLException {
        execute(log, "INSERT INTO records (info) VALUES ('committed')");
    }

    private static Connection open(Path file) throws SQLException {
        Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        execute(connection, "PRAGMA journal_mode = WAL");
        execute(connection, "PRAGMA synchronous = FULL");
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
