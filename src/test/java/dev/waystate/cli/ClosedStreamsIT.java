package dev.waystate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waystate.ServerProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Commands that are started without standard input or output, as by a program that has closed its own. */
@Timeout(120)
class ClosedStreamsIT {

    private static final Path LAUNCHER = Path.of("src/main/launcher/waystate").toAbsolutePath();

    @TempDir
    private Path directory;

    static Stream<List<String>> programs() {
        return Stream.of(ServerProcess.command(), launcher());
    }

    static Stream<Arguments> readers() {
        return programs()
                .flatMap(program -> Stream.of("append --source x -", "report --source x -", "displace -")
                        .map(command -> Arguments.of(program, command)));
    }

    @ParameterizedTest
    @MethodSource("readers")
    void inputThatIsClosedIsRefused(List<String> program, String command) throws Exception {
        CommandRun run = run(program, "<&-", (command + " --target 127.0.0.1:1").split(" "));

        assertThat(run.exitCode()).as(run.err()).isEqualTo(2);
        assertThat(run.err()).contains("standard input is closed").hasLineCount(1);
        assertThat(run.out()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("programs")
    void outputThatIsClosedIsAFailureAndTheFileIsWhole(List<String> program) throws Exception {
        ServerProcess server = ServerProcess.shared();
        String source = "closed-" + program.size();
        Path file = Files.writeString(directory.resolve("one.csv"), "OK\n");

        CommandRun append =
                run(program, ">&-", "append", "--source", source, file.toString(), "--target", server.target());

        assertThat(append.exitCode()).as(append.err()).isEqualTo(1);
        assertThat(CommandRun.of("history", source, "--target", server.target()).outLines())
                .hasSize(2);
        assertThat(run(program, ">&-", "--help").exitCode()).isEqualTo(1);
        assertThat(run(program, ">/dev/full", "--help").exitCode()).isEqualTo(1);
        assertThat(file).hasContent("OK\n");
    }

    @ParameterizedTest
    @MethodSource("programs")
    void notesThatNobodyReadsAreNoFailure(List<String> program) throws Exception {
        CommandRun run = run(program, "2>&-", "--version");

        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).startsWith("waystate ");
    }

    private CommandRun run(List<String> program, String redirection, String... args) throws Exception {
        List<String> command = new ArrayList<>(List.of("sh", "-c", "exec \"$@\" " + redirection, "sh"));
        command.addAll(program);
        command.addAll(List.of(args));
        return CommandRun.of(directory, "", command);
    }

    private static List<String> launcher() {
        return List.of("env", "JAVA_HOME=" + System.getProperty("java.home"), LAUNCHER.toString());
    }
}
