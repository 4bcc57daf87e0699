package dev.waystate.statelog.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.waystate.NamedPipe;
import dev.waystate.statelog.Batch;
import dev.waystate.statelog.Report;
import dev.waystate.statelog.StateRecord;
import dev.waystate.statelog.backup.LogBackup;
import dev.waystate.statelog.entry.Entry;
import dev.waystate.statelog.entry.Session;
import dev.waystate.statelog.file.LogFile;
import dev.waystate.statelog.file.LogFileCheck;
import dev.waystate.statelog.file.UnusableFileException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which file is a log, and which write-ahead log is its own. */
class LogFileTests {

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x.db?journal_mode=wal",
                "file:x.db",
                "file:x.db?mode=memory",
                ":memory:",
                "x#y%3Fz.db",
                "x y;ä\ud83d\udc04.db",
                "-wal"
            })
    void aNameIsTakenAsItStands(String name) throws Exception {
        Path path = directory.resolve(name);
        append(path, "here");
        assertThat(path).isRegularFile();
        assertThat(files()).containsOnlyKeys(name);
        assertThat(infos(path)).containsExactly("here");
    }

    @Test
    void linksLeadToTheFileItself() throws Exception {
        Path file = Files.createDirectory(directory.resolve("a")).resolve("waystate.db");
        Path dangling = Files.createSymbolicLink(directory.resolve("link.db"), file);
        append(dangling, "one");
        append(file, "two");
        append(
                Files.createSymbolicLink(directory.resolve("b"), file.getParent())
                        .resolve("waystate.db"),
                "three");
        append(Files.createLink(directory.resolve("hard.db"), file), "four");
        assertThat(infos(file)).containsExactly("one", "two", "three", "four");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "."})
    void aDirectoryIsRefused(String name) {
        for (ThrowingCallable look : List.<ThrowingCallable>of(
                () -> LogFile.findOrCreate(Path.of(name)), () -> LogFile.find(Path.of(name)))) {
            assertThatThrownBy(look)
                    .isInstanceOf(UnusableFileException.class)
                    .hasMessageContaining("Expected a file, but ");
        }
    }

    /** SQLite would put its own files beside them, such as {@code /dev/null-journal}. */
    @Test
    void whatIsNoFileOnADiskIsRefused() throws Exception {
        Path pipe = NamedPipe.make(directory.resolve("pipe"));
        for (Path device : List.of(pipe, Path.of("/dev/null"))) {
            assertThatThrownBy(() -> open(device).close())
                    .isInstanceOf(UnusableFileException.class)
                    .hasMessageContaining("Expected a file on a disk, but " + device + " is a device, a pipe or");
        }
        assertThat(Path.of("/dev/null-journal")).doesNotExist();
    }

    @Test
    void aNameWhereNoFileCanBeIsRefused() throws Exception {
        Path text = Files.writeString(directory.resolve("text"), "no directory");
        Path link = Files.createSymbolicLink(directory.resolve("link.db"), directory.resolve("nosuch/waystate.db"));
        assertThatThrownBy(() -> LogFile.findOrCreate(text.resolve("waystate.db")))
                .isInstanceOf(UnusableFileException.class)
                .hasMessageContaining("Expected a directory for the state log ")
                .hasMessageContaining("but " + text + " is none");
        assertThatThrownBy(() -> LogFile.findOrCreate(directory.resolve("x".repeat(300))))
                .isInstanceOf(UnusableFileException.class)
                .hasMessageMatching("Expected a file that can be made, but none can be at .*x: File name too long");
        assertThatThrownBy(() -> LogFile.findOrCreate(Path.of("/proc/waystate.db")))
                .isInstanceOf(UnusableFileException.class)
                .hasMessage("Expected a file that can be made, but none can be at /proc/waystate.db");
        assertThatThrownBy(() -> LogFile.findOrCreate(link))
                .isInstanceOf(UnusableFileException.class)
                .hasMessageContaining(link + " is a link to " + directory.resolve("nosuch/waystate.db"));
    }

    @Test
    void aFileOfAnotherApplicationIsRefusedAndStaysAsItIs() throws Exception {
        execute("photos.db", "CREATE TABLE photo (id INTEGER)");
        assertThatItIsRefused("photos.db", "Expected a state log", "another application");
        execute("photos.db", "PRAGMA application_id = 7");
        assertThatItIsRefused("photos.db", "another application");
    }

    @Test
    void aFileThatIsNoDatabaseIsRefusedAndStaysAsItIs() throws Exception {
        Files.writeString(directory.resolve("diary.txt"), "Dear diary, ".repeat(1_000));
        assertThatItIsRefused("diary.txt", "Expected a state log", "no SQLite file");
    }

    @Test
    void aLogOfALaterVersionIsRefusedAndStaysAsItIs() throws Exception {
        append(directory.resolve("new.db"), "one");
        execute(
                "new.db",
                "INSERT INTO flyway_schema_history VALUES (9, '6', 'future', 'SQL', 'V6__future.sql', 1, '', 0, 1, 1)");
        assertThatItIsRefused("new.db", "later Waystate", "up to version 5", "has version 6");
    }

    @Test
    void theNewestMigrationIsTheVersionThatIsKnown() throws Exception {
        MigrationInfo[] migrations = ViewFile.migrations(LogFile.findOrCreate(directory.resolve("empty.db")))
                .info()
                .pending();
        assertThat(migrations[migrations.length - 1].getVersion().toString())
                .isEqualTo("" + LogFileCheck.SCHEMA_VERSION);
    }

    @Test
    void aLogOfTheFirstVersionIsOpenedWithWhatItsWriteAheadLogHas() throws Exception {
        Path old = directory.resolve("old.db");
        String url = "jdbc:sqlite:" + old + "?journal_mode=WAL";
        Flyway.configure()
                .dataSource(url, null, null)
                .locations("classpath:db/migration/sqlite")
                .target("1")
                .load()
                .migrate();
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute("UPDATE bounds SET earliest = 6, head = 5");
            kill(old, directory.resolve("killed.db"));
        }
        append(directory.resolve("killed.db"), "six");
        try (LogView view = open(directory.resolve("killed.db"))) {
            assertThat(view.head()).isEqualTo(6);
        }
    }

    @Test
    void theWriteAheadLogOfAProcessThatWasKilledIsAlwaysItsOwn() throws Exception {
        Path file = directory.resolve("waystate.db");
        Random random = new Random(3);
        int appended = 0;
        for (int round = 0; round < 20; round++) {
            Path killed = directory.resolve("killed.db");
            try (LogView view = open(file)) {
                for (int i = random.nextInt(30); i >= 0; i--) {
                    append(view, "x".repeat(random.nextInt(200_000)));
                    appended++;
                    if (random.nextInt(4) == 0) {
                        view.checkpoint();
                    }
                }
                kill(file, killed);
            }
            Files.delete(file);
            Files.move(killed, file);
            Files.move(Path.of(killed + "-wal"), Path.of(file + "-wal"));
            try (LogView view = open(file)) {
                assertThat(view.head()).isEqualTo(appended);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 10, 3_000})
    void theWriteAheadLogBesideARestoredBackupIsNamedAndNotApplied(int reports) throws Exception {
        Path file = directory.resolve("waystate.db");
        Path backup = directory.resolve("backup.db");
        Path killed = directory.resolve("killed.db");
        try (LogView view = open(file)) {
            append(view, "old");
            LogBackup.copy(file, backup);
            for (int i = 0; i < reports; i++) {
                append(view, "new");
            }
            kill(file, killed);
        }
        Files.copy(backup, killed, StandardCopyOption.REPLACE_EXISTING);
        assertThatItIsRefused("killed.db", "killed.db-wal is not of the state log", "move the write-ahead log away");
        Files.delete(Path.of(killed + "-wal"));
        assertThat(infos(killed)).containsExactly("old");
    }

    @Test
    void theWriteAheadLogBesideACopyFromAnEarlierRunIsNamed() throws Exception {
        Path file = directory.resolve("waystate.db");
        append(file, "old");
        Path copy = Files.copy(file, directory.resolve("copy.db"));
        try (LogView view = open(file)) {
            append(view, "new");
            kill(file, directory.resolve("killed.db"));
        }
        Files.copy(copy, directory.resolve("killed.db"), StandardCopyOption.REPLACE_EXISTING);
        assertThatItIsRefused("killed.db", "killed.db-wal is not of the state log");
    }

    @Test
    void theWriteAheadLogOfARunThatEndedInOrderIsNamedWhenItComesBack() throws Exception {
        Path file = directory.resolve("waystate.db");
        try (LogView view = open(file)) {
            append(view, "one");
            kill(file, directory.resolve("killed.db"));
            append(view, "two");
        }
        Files.move(directory.resolve("killed.db-wal"), Path.of(file + "-wal"));
        Files.delete(directory.resolve("killed.db"));
        assertThatItIsRefused("waystate.db", "is not of the state log");
    }

    @Test
    void aWriteAheadLogBesideAnEmptyFileIsNamed() throws Exception {
        Path file = directory.resolve("waystate.db");
        try (LogView view = open(file)) {
            append(view, "one");
            kill(file, directory.resolve("killed.db"));
        }
        Files.write(directory.resolve("killed.db"), new byte[0]);
        assertThatItIsRefused("killed.db", "is empty", "killed.db-wal");
    }

    /** The control is the refusal of a write-ahead log beside an empty file: the file is made anew where it has gone. */
    @Test
    void aFileThatIsNotPutAsideAfterAllOpensAgain() throws Exception {
        Path file = directory.resolve("waystate.db");
        append(file, "one");
        LogView view = open(file);
        append(view, "two");
        assertThatThrownBy(
                        () -> view.putAside(file, directory.resolve("missing").resolve("aside")))
                .isInstanceOf(NoSuchFileException.class);
        assertThat(Path.of(file + "-wal")).doesNotExist();
        Path killed = Files.copy(file, directory.resolve("killed.db"));
        assertThat(infos(killed)).containsExactly("one");
        view.abandon();
        view.close();
    }

    /** Without the look at the file: what was appended since is back in the place of the copy. */
    @Test
    void sqliteAppliesAnyWriteAheadLog() throws Exception {
        Path file = directory.resolve("waystate.db");
        append(file, "old");
        Path killed = directory.resolve("killed.db");
        Path copy = Files.copy(file, directory.resolve("copy.db"));
        try (LogView view = open(file)) {
            append(view, "new");
            kill(file, killed);
        }
        Files.copy(copy, killed, StandardCopyOption.REPLACE_EXISTING);
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + killed);
                Statement statement = connection.createStatement()) {
            assertThat(statement.executeQuery("SELECT head FROM bounds").getLong(1))
                    .isEqualTo(2);
        }
    }

    @Test
    void aFileWhoseWriteAheadLogStayedBesideAnotherNameIsRefused() throws Exception {
        Path file = directory.resolve("waystate.db");
        Path killed = Files.createDirectory(directory.resolve("killed")).resolve("waystate.db");
        try (LogView view = open(killed)) {
            append(view, "one");
            Files.createLink(directory.resolve("linked.db"), killed);
            Files.copy(killed, file);
            assertThatItIsRefused("waystate.db", killed + "-wal");
            LogFile linked = LogFile.find(directory.resolve("linked.db"));
            try (Connection bare = linked.bareDataSource().getConnection()) {
                assertThatThrownBy(() -> LogFileCheck.check(linked, bare)).hasMessageContaining(killed + "-wal");
            }
        }
        assertThat(infos(directory.resolve("linked.db"))).containsExactly("one");
    }

    private void assertThatItIsRefused(String name, String... reasons) throws Exception {
        Map<String, String> before = files();
        assertThatThrownBy(() -> open(directory.resolve(name)).close())
                .isInstanceOf(UnusableFileException.class)
                .hasMessageContaining(name)
                .hasMessageContainingAll(reasons);
        assertThat(files()).isEqualTo(before);
    }

    /** Copies the files of a log that is open as a process leaves them that is killed. */
    private static void kill(Path file, Path killed) throws Exception {
        for (String suffix : List.of("", "-wal")) { // another process: this one would lose its locks
            Process copy = new ProcessBuilder("cp", file + suffix, killed + suffix)
                    .inheritIO()
                    .start();
            assertThat(copy.waitFor()).isZero();
        }
    }

    private void execute(String name, String sql) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve(name));
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static void append(Path file, String info) throws Exception {
        try (LogView view = open(file)) {
            append(view, info);
        }
    }

    private static void append(LogView view, String info) throws Exception {
        assertThat(view.begin()).isTrue();
        Entry entry = new Entry.Append("a", null, Batch.UNNUMBERED, List.of(new Report(1, info, null)));
        view.apply(new Session().next(), entry, 1);
        view.commit();
        view.advance();
    }

    private static List<String> infos(Path file) throws Exception {
        try (LogView view = open(file)) {
            return Tables.records(view, 0).stream().map(StateRecord::info).toList();
        }
    }

    private static LogView open(Path file) {
        return LogView.open(file, 1);
    }

    private Map<String, String> files() throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                contents.put(file.getFileName().toString(), Files.readString(file, StandardCharsets.ISO_8859_1));
            }
        }
        return contents;
    }
}
