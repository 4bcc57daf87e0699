package dev.waystate.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.waystate.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How the server and the back-up use the temporary directory. */
@Timeout(120)
class TemporaryDirectoryIT {

    /** Runs a command where the temporary directory {@code $0} is a file system that no library can be loaded from. */
    private static final String NOEXEC = "mount -t tmpfs -o noexec tmpfs \"$0\" && exec \"$@\"";

    /** Runs a command where nothing can be written to but the temporary directory {@code $0}. */
    private static final String READ_ONLY =
            "mount -t tmpfs tmpfs \"$0\" && mount -o remount,bind,ro / && ! mkdir \"$0-not\" && exec \"$@\"";

    private static final int MESSAGE_LINES = 20;

    @TempDir
    Path directory;

    private Path temporary;

    @BeforeEach
    void makeTemporaryDirectory() throws IOException {
        temporary = Files.createDirectory(directory.resolve("tmp"));
    }

    @Test
    void serverThatIsKilledLeavesOnlyWhatTheNextOneUses() throws Exception {
        startAndKill();
        List<Path> left = entries();
        startAndKill();
        assertThat(entries()).isEqualTo(left);
    }

    @Test
    void serverWithoutAUsefulOneSaysSoAndEnds() throws Exception {
        try (Command server = start(NOEXEC, "serve", "--grpc.server.port=0", "--server.port=0")) {
            assertThat(server.awaitExit(Duration.ofSeconds(60))).isEqualTo(1);
            assertThat(server.output())
                    .contains("java.io.tmpdir: cannot use the temporary directory " + temporary + ": no library can be")
                    .contains("-Djava.io.tmpdir=DIRECTORY")
                    .doesNotContain("\tat ");
            assertThat(server.output().lines()).hasSizeLessThan(MESSAGE_LINES);
        }
    }

    @Test
    void backupWithoutAUsefulOneSaysTheSameAndDoesNotBlameTheLog() throws Exception {
        ServerProcess.start(directory).close();
        try (Command backup = start(NOEXEC, "backup", "backup.db")) {
            assertThat(backup.awaitExit(Duration.ofSeconds(60))).isEqualTo(73);
            assertThat(backup.output())
                    .startsWith("Cannot back up: java.io.tmpdir: cannot use the temporary directory " + temporary)
                    .doesNotContain("waystate.db")
                    .hasLineCount(1);
        }
    }

    /** The control. */
    @Test
    void backupWithAUsefulOneIsMade() throws Exception {
        ServerProcess.start(directory).close();
        try (Command backup = Command.start(directory, java("backup", "backup.db"))) {
            assertThat(backup.awaitExit(Duration.ofSeconds(60))).isZero();
            assertThat(backup.output()).contains("head position 0");
        }
    }

    @Test
    void nothingElseNeedsToBeWritable() throws Exception {
        String log = "--waystate.state-log.file=" + temporary.resolve("waystate.db");
        try (Command server = start(READ_ONLY, "serve", "--grpc.server.port=0", "--server.port=0", log)) {
            await().atMost(Duration.ofSeconds(60)).until(() -> server.output().contains("Started WaystateApplication"));
        }
    }

    private void startAndKill() throws Exception {
        ServerProcess server = ServerProcess.startUnder(
                List.of("env", "JAVA_TOOL_OPTIONS=-Djava.io.tmpdir=" + temporary),
                directory,
                "--management.server.port=0");
        server.kill();
    }

    /** Starts the jar under a script that mounts, with the temporary directory as its {@code $0}. */
    private Command start(String script, String... arguments) throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "Skipped: mounting a file system needs root");
        List<String> wrapper = List.of("unshare", "-m", "sh", "-c", script, temporary.toString());
        try (Command trial = Command.start(directory, plus(wrapper, List.of("true")))) {
            assumeTrue(trial.awaitExit(Duration.ofSeconds(10)) == 0, "Skipped: this machine does not mount");
        }
        return Command.start(directory, plus(wrapper, java(arguments)));
    }

    private List<String> java(String... arguments) {
        List<String> words = ServerProcess.command(arguments);
        words.add(1, "-Djava.io.tmpdir=" + temporary);
        return words;
    }

    private static List<String> plus(List<String> first, List<String> second) {
        List<String> both = new ArrayList<>(first);
        both.addAll(second);
        return both;
    }

    private List<Path> entries() throws IOException {
        try (Stream<Path> found = Files.walk(temporary)) {
            return found.sorted().toList();
        }
    }
}
