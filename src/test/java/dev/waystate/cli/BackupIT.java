package dev.waystate.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.waystate.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.util.FileSystemUtils;

/** {@code backup} of a server that is written to, and what becomes of it. */
@Timeout(180)
class BackupIT {

    @TempDir
    private static Path ofKilledServer;

    @TempDir
    private Path directory;

    @BeforeAll
    static void killServer() throws Exception {
        try (ServerProcess server = ServerProcess.start(ofKilledServer, ServerProcess.WITHOUT_HTTP)) {
            server.kill();
        }
    }

    @Test
    void restoredBackupHasWhatWasAcknowledgedBeforeItAndIsAppendedToExactlyOnce() throws Exception {
        Path original = Files.createDirectory(directory.resolve("original"));
        Path restored = Files.createDirectories(directory.resolve("restored/data"));
        Path backup = directory.resolve("backup.db");
        ReportPipe pipe = ReportPipe.create(directory);
        long acknowledged;
        long head;
        int count;
        try (ServerProcess server = ServerProcess.start(original, ServerProcess.WITHOUT_HTTP);
                RunningCommand append = append(server, pipe.path())) {
            await().atMost(Duration.ofSeconds(30)).pollDelay(Duration.ZERO).until(() -> durable(server) > 0);
            acknowledged = durable(server);

            CommandRun run = CommandRun.of(
                    "backup",
                    backup.toString(),
                    "--from",
                    original.resolve("data/waystate.db").toString());

            count = pipe.close(); // so that the log was written to during the back-up
            assertThat(append.await().outLines())
                    .containsExactly("stored " + count + ", already there 0, durable sequence " + count);
            assertThat(run.err()).isEmpty();
            assertThat(run.exitCode()).isZero();
            head = number(
                    "^\\S*backup.db: head position (\\d+)$", run.outLines().get(0));
        }
        assertThat(head).isBetween(acknowledged, count - 1L);
        Files.move(backup, restored.resolve("waystate.db"));

        try (ServerProcess server = ServerProcess.start(restored.getParent(), ServerProcess.WITHOUT_HTTP)) {
            assertThat(positions(server)).isEqualTo(numbersUpTo(head));
            assertThat(append(server, reports(count)).await().outLines())
                    .containsExactly(
                            "stored " + (count - head) + ", already there " + head + ", durable sequence " + count);
            assertThat(positions(server)).isEqualTo(numbersUpTo(count));
            assertThat(infos(server)).isEqualTo(numbersUpTo(count));
        }
    }

    @Test
    void storeWithoutAServerIsBackedUpToo() throws Exception {
        FileSystemUtils.copyRecursively(ofKilledServer.resolve("data"), directory.resolve("data"));

        CommandRun run = backup("backup.db", "data/waystate.db", "--json");

        assertThat(run.exitCode()).isZero();
        assertThat(run.outLines())
                .containsExactly("{\"file\":\"" + directory.resolve("backup.db") + "\",\"head_position\":0}");
        assertThat(filesWith("backup.db")).containsExactly("backup.db");
    }

    @Test
    void fileThatExistsIsNotOverwritten() throws IOException {
        Files.writeString(directory.resolve("log.db"), "not looked at");
        Path existing = Files.writeString(directory.resolve("backup.db"), "precious");

        CommandRun run = backup("backup.db", "log.db");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("backup.db exists").hasLineCount(1);
        assertThat(existing).hasContent("precious");
    }

    @Test
    void missingStoreIsToldWithTheOption() {
        CommandRun run = backup("backup.db", "nosuch.db");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err())
                .contains("nosuch.db is not there")
                .contains("--from")
                .hasLineCount(1);
        assertThat(directory.resolve("nosuch.db")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({
        "nosuch/backup.db, true, 2, 'nosuch is none'",
        "mounted/backup.db, mount -t tmpfs -o ro tmpfs mounted, 73, 'mounted cannot be written to: Read-only file system'",
        "mounted/backup.db, mount -t tmpfs -o size=40k tmpfs mounted, 73, 'its disk is full'",
        "backup.db, mount -t tmpfs -o noexec tmpfs mounted, 73, 'the temporary directory'"
    })
    void whatStandsInTheWayOfABackupIsTold(String copy, String preparation, int exitCode, String reason)
            throws Exception {
        FileSystemUtils.copyRecursively(ofKilledServer.resolve("data"), directory.resolve("data"));
        Files.createDirectory(directory.resolve("mounted"));
        List<String> prepared = List.of("unshare", "-m", "sh", "-c", preparation + " && exec \"$@\"", "sh");
        List<String> trial = Stream.concat(prepared.stream(), Stream.of("true")).toList();
        assumeTrue(CommandRun.of(directory, "", trial).exitCode() == 0, "Skipped: " + preparation + " needs root");
        List<String> backup = ServerProcess.command("backup", copy);
        backup.add(1, "-Djava.io.tmpdir=" + (reason.contains("temporary") ? "mounted" : directory));

        CommandRun run = CommandRun.of(
                directory, "", Stream.concat(prepared.stream(), backup.stream()).toList());

        assertThat(run.exitCode()).as(run.err()).isEqualTo(exitCode);
        assertThat(run.err()).contains(reason).hasLineCount(1);
        assertThat(filesWith("backup")).isEmpty();
    }

    /** The control: the unfinished copy of a process that is killed stays. */
    @ParameterizedTest
    @CsvSource({"TERM, 143, 0", "INT, 130, 0", "KILL, 137, 1"})
    void backupThatASignalEndsLeavesNothingBehind(String signal, int exitCode, int left) throws Exception {
        FileSystemUtils.copyRecursively(ofKilledServer.resolve("data"), directory.resolve("data"));
        try (ReadLock reading = ReadLock.of(directory.resolve("data/waystate.db"));
                RunningProgram backup = RunningProgram.start(directory, ServerProcess.command("backup", "copy.db"))) {
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> filesWith(".partial").size() == 1);

            backup.signal(signal);

            assertThat(backup.exitCode()).isEqualTo(exitCode);
        }
        assertThat(filesWith(".partial")).hasSize(left);
        assertThat(filesWith("copy.db")).isEmpty();
    }

    @Test
    void storeThatAnotherProcessKeepsLockedIsToldInASentence() throws Exception {
        FileSystemUtils.copyRecursively(ofKilledServer.resolve("data"), directory.resolve("data"));
        try (ReadLock reading = ReadLock.of(directory.resolve("data/waystate.db"))) {
            CommandRun run = CommandRun.of(directory, "", ServerProcess.command("backup", "backup.db"));

            assertThat(run.exitCode()).as(run.err()).isEqualTo(73);
            assertThat(run.err())
                    .isEqualToIgnoringNewLines("Cannot back up data/waystate.db: another process has locked the file"
                            + " for long: wait for its end");
        }
    }

    @Test
    void linkThatLeadsNowhereIsNotOverwritten() throws IOException {
        Files.writeString(directory.resolve("log.db"), "not looked at");
        Files.createSymbolicLink(directory.resolve("backup.db"), Path.of("nosuch.db"));

        assertThat(backup("backup.db", "log.db").err()).contains("backup.db exists");
    }

    @Test
    void fileThatIsNoStoreIsRefused() throws IOException {
        Files.writeString(directory.resolve("text.db"), "Dear diary, ".repeat(1_000));

        CommandRun run = backup("backup.db", "text.db");

        assertThat(run.exitCode()).isEqualTo(73);
        assertThat(run.err()).contains("Expected a state log").hasLineCount(1);
        assertThat(filesWith("backup")).isEmpty();
    }

    private CommandRun backup(String copy, String log, String... options) {
        List<String> args = Stream.concat(
                        Stream.of(
                                "backup",
                                directory.resolve(copy).toString(),
                                "--from",
                                directory.resolve(log).toString()),
                        Stream.of(options))
                .toList();
        return CommandRun.of(args.toArray(String[]::new));
    }

    private List<String> filesWith(String name) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(file -> file.contains(name))
                    .toList();
        }
    }

    private String reports(int count) throws IOException {
        String rows =
                IntStream.rangeClosed(1, count).mapToObj(i -> "OK," + i + "\n").collect(Collectors.joining());
        return Files.writeString(directory.resolve("reports.csv"), rows).toString();
    }

    private static RunningCommand append(ServerProcess server, String reports) {
        return RunningCommand.start("append", "--source", "a", reports, "--target", server.target());
    }

    private static long durable(ServerProcess server) {
        return CommandRun.of("sources", "--json", "--target", server.target()).outLines().stream()
                .mapToLong(line -> number("\"durable_sequence\":(\\d+)", line))
                .findFirst()
                .orElse(0);
    }

    private static List<Long> positions(ServerProcess server) {
        return numbers(server, "\"position\":(\\d+)");
    }

    private static List<Long> infos(ServerProcess server) {
        return numbers(server, "\"info\":\"(\\d+)\"");
    }

    private static List<Long> numbers(ServerProcess server, String pattern) {
        return CommandRun.of("read", "--json", "--target", server.target()).outLines().stream()
                .map(line -> number(pattern, line))
                .toList();
    }

    private static long number(String pattern, String text) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        assertThat(matcher.find()).as(text).isTrue();
        return Long.parseLong(matcher.group(1));
    }

    private static List<Long> numbersUpTo(long last) {
        return java.util.stream.LongStream.rangeClosed(1, last).boxed().toList();
    }
}
