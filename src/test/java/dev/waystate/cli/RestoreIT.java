package dev.waystate.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.waystate.ServerProcess;
import dev.waystate.statelog.file.UnusableFileException;
import dev.waystate.statelog.local.LocalLogs;
import dev.waystate.statelog.view.LogView;
import dev.waystate.statelog.view.RecordDamage;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.util.FileSystemUtils;

/** {@code restore}, over the log of a server that was killed, and where it may not. */
@Timeout(180)
class RestoreIT {

    private static final String LOG = "data/waystate.db";
    private static final int UNUSABLE = 73;
    private static final int DAMAGED = 79;

    /** The directory of a server that was killed when its log had more than the backup beside it. */
    @TempDir
    private static Path killed;

    @TempDir
    private Path directory;

    @BeforeAll
    static void killServer() throws Exception {
        try (ServerProcess server = ServerProcess.start(killed, ServerProcess.WITHOUT_HTTP)) {
            append(killed, server, "one", "two");
            assertThat(run(
                                    "backup",
                                    killed.resolve("backup.db").toString(),
                                    "--from",
                                    killed.resolve(LOG).toString())
                            .exitCode())
                    .isZero();
            append(killed, server, "three");
            server.kill();
        }
    }

    @Test
    void restoredLogIsServedAndTheOldOneIsKeptWhole() throws Exception {
        FileSystemUtils.copyRecursively(killed, directory);

        CommandRun refused = run("restore", path("backup.db"), "--to", path(LOG));
        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.err()).contains("there is one").contains("--replace").hasLineCount(1);

        CommandRun restored = run("restore", path("backup.db"), "--to", path(LOG), "--replace");
        assertThat(restored.err()).contains("is now " + path(LOG) + ".before-restore-");
        assertThat(restored.outLines()).containsExactly(path(LOG) + ": head position 2");
        assertThat(restored.exitCode()).isZero();
        assertThat(files("data")).hasSize(3).noneMatch(name -> name.endsWith("waystate.db-wal"));
        try (LogView opened = LogView.open(Path.of(path(LOG)), 1)) {
            assertThat(opened.id()).isNotEqualToIgnoringCase(id(path("backup.db")));
        }
        assertThat(infos(path(LOG))).containsExactly("one", "two");
        String old = files("data").stream()
                .filter(name -> name.contains("before") && name.endsWith("Z"))
                .findFirst()
                .orElseThrow();
        assertThat(infos(path("data/" + old))).containsExactly("one", "two", "three");
    }

    /** A crash between the two: the restored log has its name, and the old write-ahead log is still there. */
    @Test
    void restoreThatWasCutShortIsRefusedByTheServerAndMendedByAnother() throws Exception {
        FileSystemUtils.copyRecursively(killed, directory);
        Path kept = Files.copy(directory.resolve(LOG + "-wal"), directory.resolve("kept-wal"));
        run("restore", path("backup.db"), "--to", path(LOG), "--replace");
        Files.move(kept, directory.resolve(LOG + "-wal"));

        try (ServerProcess server = ServerProcess.launch(directory, List.of(), ServerProcess.WITHOUT_HTTP)) {
            assertThat(server.process().waitFor()).isNotZero();
            assertThat(server.output()).anyMatch(line -> line.contains("is not of the state log"));
        }
        assertThat(run("restore", path("backup.db"), "--to", path(LOG), "--replace")
                        .exitCode())
                .isZero();
        assertThat(infos(path(LOG))).containsExactly("one", "two");
    }

    @Test
    void logInUseIsLeftAlone() throws Exception {
        try (ServerProcess server = ServerProcess.start(directory, ServerProcess.WITHOUT_HTTP)) {
            append(directory, server, "one");
            assertThat(run("backup", path("backup.db"), "--from", path(LOG)).exitCode())
                    .isZero();
            CommandRun run = run("restore", path("backup.db"), "--to", path(LOG), "--replace");
            assertThat(run.exitCode()).isEqualTo(UNUSABLE);
            assertThat(run.err())
                    .contains("in use by process " + server.process().pid())
                    .hasLineCount(1);
            append(directory, server, "two");
            assertThat(server.terminate()).isEqualTo(143);
        }
        assertThat(infos(path(LOG))).containsExactly("one", "two");
    }

    @Test
    void whatIsNoBackupIsRefusedAndLeavesNothingBehind() throws Exception {
        Files.writeString(directory.resolve("text.db"), "Dear diary, ".repeat(1_000));
        Files.createFile(directory.resolve("empty.db"));
        assertRefused("text.db", "new/waystate.db", UNUSABLE, "it is no SQLite file");
        assertRefused("empty.db", "new/waystate.db", UNUSABLE, "but the file is empty");
        assertRefused("new", "new/waystate.db", UNUSABLE, "Expected a file, but " + path("new") + " is a directory");
        assertRefused("nosuch.db", "other/waystate.db", 2, "Expected a back-up, but there is no file");
        assertThat(files("new")).isEmpty();
        assertThat(directory.resolve("other")).doesNotExist();
    }

    /** A file was copied alone from beside its write-ahead log, which has what was reported last. */
    @Test
    void aLogWithoutItsWriteAheadLogIsNoWholeOne() throws Exception {
        Files.copy(killed.resolve(LOG), directory.resolve("copied.db"));

        CommandRun backup = run("backup", path("copy.db"), "--from", path("copied.db"));
        assertThat(backup.exitCode()).isEqualTo(UNUSABLE);
        assertThat(backup.err()).contains(killed.resolve(LOG) + "-wal: ").hasLineCount(1); // it is known where that is
        CommandRun restored = run("restore", path("copied.db"), "--to", path("new.db"), "--json");
        assertThat(restored.exitCode()).isZero();
        assertThat(restored.err())
                .contains(path("copied.db-wal") + " is not there")
                .hasLineCount(1);
    }

    @Test
    void aLogWhoseWriteAheadLogHasGoneIsNoWholeOne() throws Exception {
        try (ServerProcess server = ServerProcess.start(directory, ServerProcess.WITHOUT_HTTP)) {
            append(directory, server, "one");
            server.kill();
        }
        Files.delete(directory.resolve(LOG + "-wal"));

        CommandRun backup = run("backup", path("copy.db"), "--from", path(LOG));
        assertThat(backup.exitCode()).isEqualTo(UNUSABLE);
        assertThat(backup.err()).contains(path(LOG) + "-wal has gone").hasLineCount(1);
        assertThat(directory.resolve("copy.db")).doesNotExist();
        CommandRun imported = run("import", path(LOG), "--topic", "none", "--bootstrap-server", "localhost:1");
        assertThat(imported.exitCode()).isEqualTo(UNUSABLE);
        assertThat(imported.err()).contains(path(LOG) + "-wal has gone").hasLineCount(1);

        CommandRun accepted = run("restore", path(LOG), "--replace", "--to", path(LOG));
        assertThat(accepted.exitCode()).isZero();
        assertThat(run("backup", path("copy.db"), "--from", path(LOG)).exitCode())
                .isZero();
    }

    @Test
    void whatStandsInTheWayOfTheLogIsNamedAndNotTheBackup() throws Exception {
        Files.copy(killed.resolve("backup.db"), directory.resolve("backup.db"));
        Files.writeString(directory.resolve("text"), "no directory");
        Files.createSymbolicLink(directory.resolve("link.db"), Path.of("nosuch/waystate.db"));

        assertRefused("backup.db", "text/waystate.db", UNUSABLE, "but " + path("text") + " is none");
        assertRefused("backup.db", "text/new/waystate.db", UNUSABLE, path("text/new") + ": Not a directory");
        assertRefused("backup.db", "link.db", UNUSABLE, path("link.db") + " is a link to nosuch/waystate.db");
        assertRefused("backup.db", "", UNUSABLE, "Expected a file, but " + directory + " is a directory");
    }

    private void assertRefused(String backup, String log, int exitCode, String reason) {
        CommandRun run = run("restore", path(backup), "--to", path(log), "--json");

        assertThat(run.err()).contains(backup, reason).hasLineCount(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.exitCode()).isEqualTo(exitCode);
    }

    /** Also if there is no log: the server would make one, and lose it to the back-up. */
    @Test
    void serverThatStartsWhileTheBackupIsCopiedIsRefused() throws Exception {
        Path backup = Files.copy(killed.resolve("backup.db"), directory.resolve("backup.db"));
        Path log = Files.createDirectory(directory.resolve("new")).resolve("waystate.db");
        try (ReadLock reading = ReadLock.of(backup);
                RunningProgram restore = start("restore", backup.toString(), "--to", log.toString())) {
            awaitCopy("new");

            assertThatThrownBy(() -> LogView.open(log, 1))
                    .isInstanceOf(UnusableFileException.class)
                    .hasMessageContaining("in use by process " + restore.pid());

            reading.release();
            assertThat(restore.exitCode()).as(restore.err()).isZero();
        }
        assertThat(infos(log.toString())).containsExactly("one", "two");
        LogView.open(log, 1).close();
    }

    /** The control of the lock: to read the log itself drops it, and it has to be taken again before the end. */
    @Test
    void serverThatGetsTheLogWhileItIsRestoredFromItselfKeepsIt() throws Exception {
        FileSystemUtils.copyRecursively(killed, directory);
        Path log = directory.resolve(LOG);
        try (ReadLock server = ReadLock.of(log);
                RunningProgram restore = start("restore", log.toString(), "--to", log.toString(), "--replace")) {
            awaitCopy("data");
            await().until(server::own);
            server.release();

            assertThat(restore.exitCode()).isEqualTo(UNUSABLE);
            assertThat(restore.err())
                    .contains("in use by process " + ProcessHandle.current().pid());
        }
        assertThat(files("data")).noneMatch(name -> name.matches(".*(before-restore|partial).*"));
        assertThat(infos(path(LOG))).containsExactly("one", "two", "three");
    }

    /** The control: both files of a process that is killed stay. */
    @ParameterizedTest
    @CsvSource({"TERM, 143, 0", "INT, 130, 0", "KILL, 137, 2"})
    void restoreThatASignalEndsLeavesNothingBehind(String signal, int exitCode, int left) throws Exception {
        Path backup = Files.copy(killed.resolve("backup.db"), directory.resolve("backup.db"));
        Files.createDirectory(directory.resolve("new"));
        try (ReadLock reading = ReadLock.of(backup);
                RunningProgram restore = start("restore", backup.toString(), "--to", path("new/waystate.db"))) {
            awaitCopy("new");

            restore.signal(signal);

            assertThat(restore.exitCode()).isEqualTo(exitCode);
        }
        assertThat(files("new")).hasSize(left);
    }

    private RunningProgram start(String... args) throws IOException {
        return RunningProgram.start(directory, ServerProcess.command(args));
    }

    private void awaitCopy(String name) {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> files(name).stream().anyMatch(file -> file.endsWith(".partial")));
    }

    @Test
    void damagedBackupIsRefused() throws Exception {
        FileSystemUtils.copyRecursively(killed, directory);
        RecordDamage.MISSING.make(Path.of(path("backup.db")), 2);
        CommandRun run = run("restore", path("backup.db"), "--to", path(LOG), "--replace");
        assertThat(run.exitCode()).isEqualTo(DAMAGED);
        assertThat(run.err()).contains("the newest record is at position 1 and not at 2");
        assertThat(infos(path(LOG))).containsExactly("one", "two", "three");
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4, 100})
    void backupThatIsCutShortIsRefusedInPlainWords(int part) throws Exception {
        Path backup = Files.copy(killed.resolve("backup.db"), directory.resolve("backup.db"));
        try (FileChannel channel = FileChannel.open(backup, StandardOpenOption.WRITE)) {
            channel.truncate(channel.size() / part);
        }

        CommandRun run = run("restore", path("backup.db"), "--to", path("new/waystate.db"));

        assertThat(run.exitCode()).isEqualTo(DAMAGED);
        assertThat(run.err())
                .isEqualToIgnoringNewLines(
                        "Cannot restore " + path("backup.db") + ": the file is damaged or cut short");
        assertThat(files("new")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"rw-------,rw-------", "rw-r-----,rw-r-----", "r--------,rw-------", "rw-rw-rw-,rw-r--r--"})
    void newLogIsOpenToNobodyWhoMayNotReadTheBackup(String ofBackup, String ofLog) throws Exception {
        Path backup = Files.copy(killed.resolve("backup.db"), directory.resolve("backup.db"));
        Files.setPosixFilePermissions(backup, PosixFilePermissions.fromString(ofBackup));

        CommandRun run = CommandRun.of(
                directory,
                "",
                Stream.concat(
                                Stream.of("sh", "-c", "umask 022; exec \"$@\"", "sh"),
                                ServerProcess.command("restore", backup.toString(), "--to", path("new/waystate.db"))
                                        .stream())
                        .toList());

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(Path.of(path("new/waystate.db")))))
                .isEqualTo(ofLog);
    }

    @Test
    void backupIsRestoredToADirectoryThatIsNew() throws Exception {
        FileSystemUtils.copyRecursively(killed, directory);
        CommandRun run = run("restore", path("backup.db"), "--to", path("new/waystate.db"), "--json");
        assertThat(run.outLines())
                .containsExactly("{\"file\":\"" + path("new/waystate.db") + "\",\"head_position\":2}");
        assertThat(files("new")).containsExactly("waystate.db");
    }

    private static void append(Path directory, ServerProcess server, String... infos) throws IOException {
        Path reports = directory.resolve("reports.csv");
        Files.writeString(
                reports, Stream.of(infos).map(info -> "OK," + info + "\n").reduce("", String::concat));
        assertThat(run("report", "--source", "a", reports.toString(), "--target", server.target())
                        .exitCode())
                .isZero();
    }

    /** Opens a copy of a file and of its write-ahead log as a server does, and reads it. */
    private List<String> infos(String file) throws Exception {
        Path copy = Files.createTempDirectory(directory, "copy").resolve("waystate.db");
        for (String suffix : List.of("", "-wal")) {
            if (Files.exists(Path.of(file + suffix))) {
                Files.copy(Path.of(file + suffix), Path.of(copy + suffix));
            }
        }
        return LocalLogs.infos(copy);
    }

    private static String id(String file) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT hex(log_id) FROM bounds")) {
            assertThat(row.getString(1)).hasSize(32);
            return row.getString(1);
        }
    }

    private List<String> files(String name) throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve(name))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private String path(String name) {
        return directory.resolve(name).toString();
    }

    private static CommandRun run(String... args) {
        return CommandRun.of(args);
    }
}
