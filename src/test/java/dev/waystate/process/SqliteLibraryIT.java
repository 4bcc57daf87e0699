package dev.waystate.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.waystate.ServerProcess;
import dev.waystate.cli.CommandRun;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.Logger;
import org.sqlite.SQLiteJDBCLoader;

/** Programs that are killed, and what they leave in the temporary directory. */
@Timeout(120)
class SqliteLibraryIT {

    private static final int KILLED = 137;

    @TempDir
    Path directory;

    private Path temporary;
    private String classPath;

    @BeforeEach
    void makeTemporaryDirectory() throws IOException {
        temporary = Files.createDirectory(directory.resolve("tmp"));
        classPath = classPath();
    }

    @Test
    void oneThatIsKilledLeavesOnlyWhatTheNextOneUses() throws Exception {
        assertWorks(run());
        List<Path> left = files();
        assertThat(left).hasSize(2).anyMatch(file -> file.toString().endsWith("libsqlitejdbc.so"));
        assertWorks(run());
        assertWorks(run());
        assertThat(files()).isEqualTo(left);
    }

    /** The control. */
    @Test
    void theDriverAloneLeavesFurtherFilesEachTime() throws Exception {
        assertWorks(run(List.of(), "driver"));
        int left = files().size();
        assertWorks(run(List.of(), "driver"));
        assertThat(files()).hasSize(2 * left);
    }

    @Test
    void libraryThatIsNotWholeIsReplacedAndWhatACrashHasLeftUsedUp() throws Exception {
        assertWorks(run());
        Path library = library();
        byte[] whole = Files.readAllBytes(library);
        Files.write(library, new byte[whole.length]);
        Files.writeString(library.resolveSibling("partial"), "begun");
        assertWorks(run());
        assertThat(library).hasBinaryContent(whole);
        assertThat(files()).hasSize(2);
    }

    @Test
    void manyAtOnceFindOneLibrary() throws Exception {
        ExecutorService starters = Executors.newFixedThreadPool(6);
        try {
            List<Callable<CommandRun>> starts = IntStream.range(0, 6)
                    .<Callable<CommandRun>>mapToObj(i -> this::run)
                    .toList();
            for (Future<CommandRun> run : starters.invokeAll(starts)) {
                assertWorks(run.get());
            }
        } finally {
            starters.shutdown();
        }
        assertThat(files()).hasSize(2);
    }

    @Test
    void anotherUserHasALibraryOfTheirOwn() throws Exception {
        Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertWorks(run());
        assertWorks(run(nobody(), "ours"));
        assertThat(temporary)
                .isDirectoryContaining("glob:**/waystate-0")
                .isDirectoryContaining("glob:**/waystate-65534");
    }

    @Test
    void directoryThatThisUserMayNotWriteToIsNamed() throws Exception {
        Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
        assertRefused(run(nobody(), "ours"), "permission denied");
    }

    @ParameterizedTest
    @CsvSource({"rwxrwxrwx, 0", "rwx------, 65534"})
    void directoryThatAnotherUserCouldHaveFilledIsNotUsed(String permissions, int owner) throws Exception {
        assumeRoot();
        Path planted = Files.createDirectory(temporary.resolve("waystate-0"));
        Files.setPosixFilePermissions(planted, PosixFilePermissions.fromString(permissions));
        Files.setAttribute(planted, "unix:uid", owner);
        assertRefused(
                run(), planted + " to be a directory of user 0 alone (rwx------), but found one of user " + owner);
    }

    @Test
    void linkInThePlaceOfTheDirectoryIsNotFollowed() throws Exception {
        assumeRoot();
        Files.createSymbolicLink(
                temporary.resolve("waystate-0"), Files.createDirectory(directory.resolve("elsewhere")));
        assertRefused(run(), "but found something else");
    }

    @Test
    void missingDirectoryIsNamed() throws Exception {
        Files.delete(temporary);
        assertRefused(run(), "there is no such directory");
    }

    @ParameterizedTest
    @CsvSource({
        "noexec, no library can be loaded from it (failed to map segment from shared object",
        "size=64k, No space left on device",
        "ro, Read-only file system"
    })
    void fileSystemThatIsOfNoUseIsNamed(String options, String reason) throws Exception {
        assertRefused(run(mounted(options), "ours"), reason);
    }

    /** The control. */
    @Test
    void fileSystemThatIsOfUseIsUsed() throws Exception {
        assertWorks(run(mounted("size=4m"), "ours"));
    }

    private void assertWorks(CommandRun run) {
        assertThat(run.exitCode()).as(run.toString()).isEqualTo(KILLED);
        assertThat(run.out()).startsWith("3.");
    }

    private void assertRefused(CommandRun run, String reason) {
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err())
                .contains("java.io.tmpdir: cannot use the temporary directory " + temporary + ": ")
                .contains(reason)
                .contains("choose another one with -Djava.io.tmpdir=DIRECTORY");
    }

    private CommandRun run() throws Exception {
        return run(List.of(), "ours");
    }

    private CommandRun run(List<String> wrapper, String library) throws Exception {
        List<String> command = new ArrayList<>(wrapper);
        command.addAll(List.of(ServerProcess.java(), "-XX:TieredStopAtLevel=1", "-Djava.io.tmpdir=" + temporary));
        command.addAll(List.of("-cp", classPath, SqliteUser.class.getName(), library));
        return CommandRun.of(directory, "", command);
    }

    /** Returns the classes of the program, with the libraries where other users can read them. */
    private String classPath() throws IOException {
        List<String> places = new ArrayList<>();
        for (Class<?> type : List.of(SqliteLibrary.class, SqliteUser.class, SQLiteJDBCLoader.class, Logger.class)) {
            Path place = Path.of(URI.create(
                    type.getProtectionDomain().getCodeSource().getLocation().toString()));
            Path copy = directory.resolve(place.getFileName());
            places.add((Files.isRegularFile(place) ? Files.copy(place, copy) : place).toString());
        }
        return String.join(File.pathSeparator, places);
    }

    /** Returns a wrapper that is another user. */
    private List<String> nobody() throws Exception {
        assumeRoot();
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        List<String> nobody = List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");
        List<String> trial = new ArrayList<>(nobody);
        trial.addAll(List.of(
                "test", "-r", Path.of("target", "test-classes").toAbsolutePath().toString()));
        assumeTrue(
                CommandRun.of(directory, "", trial).exitCode() == 0,
                "Skipped: other users cannot read the classes of this test");
        return nobody;
    }

    /** Returns a wrapper that has a file system of its own in the place of the temporary directory. */
    private List<String> mounted(String options) throws Exception {
        assumeRoot();
        List<String> mounted = List.of(
                "unshare",
                "-m",
                "sh",
                "-c",
                "mount -t tmpfs -o " + options + " tmpfs " + temporary + " && exec \"$@\"",
                "sh");
        List<String> trial = new ArrayList<>(mounted);
        trial.add("true");
        assumeTrue(CommandRun.of(directory, "", trial).exitCode() == 0, "Skipped: this machine does not mount a tmpfs");
        return mounted;
    }

    private static void assumeRoot() {
        assumeTrue("root".equals(System.getProperty("user.name")), "Skipped: needs root");
    }

    private Path library() throws IOException {
        return files().stream()
                .filter(file -> file.toString().endsWith("libsqlitejdbc.so"))
                .findFirst()
                .orElseThrow();
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> found = Files.walk(temporary)) {
            return found.filter(Files::isRegularFile).sorted().toList();
        }
    }
}
