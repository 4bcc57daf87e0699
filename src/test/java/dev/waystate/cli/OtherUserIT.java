package dev.waystate.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.waystate.ServerProcess;
import dev.waystate.statelog.view.LogView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The commands on a store's file, run by a user who may not do everything with it. */
@Timeout(120)
class OtherUserIT {

    private static final int UID = 65534;
    private static final int UNUSABLE = 73;
    private static final int BROKERS_AWAY = 78;

    @TempDir
    private Path directory;

    private Path own;
    private Path foreign;

    @BeforeEach
    void makeStores() throws Exception {
        List<String> trial = asOther("test", "-r", ServerProcess.jar().toString());
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        assumeTrue(
                CommandRun.of(directory, "", trial).exitCode() == 0,
                "Skipped: needs root, and a build that other users can read");
        own = makeDirectory("own");
        foreign = makeDirectory("foreign");
        for (Path file : List.of(own, own.resolve("store.db"), own.resolve("log.db"), foreign.resolve("log.db"))) {
            Files.setAttribute(file, "unix:uid", UID);
            Files.setAttribute(file, "unix:gid", UID);
        }
        Files.setPosixFilePermissions(foreign.resolve("store.db"), PosixFilePermissions.fromString("rw-------"));
    }

    private Path makeDirectory(String name) throws Exception {
        Path made = Files.createDirectory(directory.resolve(name));
        Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxr-xr-x"));
        for (String log : List.of("store.db", "log.db")) {
            LogView.open(made.resolve(log), 1).close();
        }
        return made;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "backup own/copy.db --from foreign/store.db     ; Cannot back up foreign/store.db: the file, or the -wal",
                "restore foreign/store.db --to own/new.db       ; Cannot restore foreign/store.db: the file, or the -wal",
                "import foreign/store.db --topic a --bootstrap-server 127.0.0.1:1"
                        + " ; Cannot import foreign/store.db: the file, or the -wal",
                "backup foreign/copy.db --from own/store.db     ; the directory DIRECTORY/foreign cannot be written to",
                "restore own/store.db --to foreign/log.db --replace"
                        + " ; the directory DIRECTORY/foreign cannot be written to",
                "restore own/store.db --to foreign/store.db --replace"
                        + " ; but it may not do so with DIRECTORY/foreign/store.db",
                "restore own/store.db --to foreign/new.db       ; but it may not do so with DIRECTORY/foreign/new.db",
                "restore own/store.db --to foreign/new/new.db   ; but it may not do so with DIRECTORY/foreign/new"
            })
    void fileThatTheUserMayNotUseIsNamed(String command, String reason) throws Exception {
        List<String> before = files();

        CommandRun run = runAsOther(command);

        assertThat(run.err())
                .contains(reason.replace("DIRECTORY", directory.toString()))
                .doesNotContain("SQLITE", "damaged")
                .hasLineCount(1);
        assertThat(run.exitCode()).isEqualTo(UNUSABLE);
        assertThat(files()).isEqualTo(before);
    }

    /** The control. */
    @Test
    void filesOfTheUserAreUsed() throws Exception {
        assertThat(runAsOther("backup own/copy.db --from own/store.db").exitCode())
                .isZero();
        assertThat(runAsOther("restore own/copy.db --to own/log.db --replace").exitCode())
                .isZero();
        assertThat(runAsOther("import own/log.db --topic a --bootstrap-server 127.0.0.1:1")
                        .exitCode())
                .isEqualTo(BROKERS_AWAY);
    }

    private CommandRun runAsOther(String command) throws Exception {
        List<String> words = new ArrayList<>(asOther(ServerProcess.java(), "-XX:TieredStopAtLevel=1", "-jar"));
        words.add(ServerProcess.jar().toString());
        words.addAll(Arrays.asList(command.split(" ")));
        return CommandRun.of(directory, "", words);
    }

    private static List<String> asOther(String... words) {
        List<String> all = new ArrayList<>(List.of("setpriv", "--reuid=" + UID, "--regid=" + UID, "--clear-groups"));
        all.addAll(List.of(words));
        return all;
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.map(Path::toString)
                    .filter(name -> name.endsWith(".db") || name.endsWith(".partial"))
                    .sorted()
                    .toList();
        }
    }
}
