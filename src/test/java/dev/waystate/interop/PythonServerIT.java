package dev.waystate.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waystate.ServerProcess;
import dev.waystate.cli.CommandRun;
import dev.waystate.cli.RunningProgram;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The client commands against a server in Python that knows the two original services alone. */
@Timeout(60)
class PythonServerIT {

    private static final int FAILED_PRECONDITION = 64 + 9;
    private static final String LISTENING = "listening on port ";

    private static Process server;
    private static BufferedReader serverOutput;
    private static String target;

    @TempDir
    private Path directory;

    @BeforeAll
    static void startServer() throws Exception {
        server = Python.withStubs().start("server.py", "0");
        serverOutput = server.inputReader();
        String line = serverOutput.readLine();
        assertThat(line).startsWith(LISTENING);
        target = "localhost:" + line.substring(LISTENING.length());
    }

    @AfterAll
    static void stopServer() {
        if (server != null) {
            server.destroyForcibly();
        }
    }

    @Test
    void displacePrintsWhatThePythonServerHasComputed() {
        CommandRun run = CommandRun.of("displace", "0,12", "12,14", "--target", target);

        assertThat(run).isEqualTo(new CommandRun(0, "12.165525" + System.lineSeparator(), ""));
    }

    @Test
    void displaceKeepsTheOrderOfManyLines() throws Exception {
        String lines =
                IntStream.range(0, 500).mapToObj(i -> "0,0 " + i + ",0\n").collect(Collectors.joining());
        Path file = Files.writeString(directory.resolve("displacements.txt"), lines);

        CommandRun run = CommandRun.of("displace", file.toString(), "--target", target);

        assertThat(run.err()).isEmpty();
        assertThat(run.outLines())
                .containsExactlyElementsOf(
                        IntStream.range(0, 500).mapToObj(Integer::toString).toList());
    }

    @Test
    void displaceShowsCodeAndDetailsOfAFailure() {
        CommandRun run = CommandRun.of("displace", "13,13", "0,0", "--target", target);

        assertThat(run.exitCode()).isEqualTo(FAILED_PRECONDITION);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).isEqualToIgnoringNewLines("FAILED_PRECONDITION: something went horribly wrong");
    }

    @Test
    void reportIsTakenByThePythonServer() throws Exception {
        CommandRun run =
                CommandRun.of("report", "--status", "thirsty", "--info", "Requires watering.", "--target", target);

        assertThat(run.exitCode()).isZero();
        assertThat(run.err()).isEqualToIgnoringNewLines("1 report stored");
        assertThat(serverOutput.readLine()).isEqualTo("2 Requires watering.");
    }

    @Test
    void reportShowsCodeAndDetailsOfAFailure() throws Exception {
        CommandRun run = CommandRun.of("report", "--status", "OK", "--info", "fail", "--target", target);

        assertThat(run.exitCode()).isEqualTo(FAILED_PRECONDITION);
        assertThat(run.err())
                .contains("1 report was sent: it may be stored or not.")
                .endsWith("FAILED_PRECONDITION: something went horribly wrong" + System.lineSeparator());
        assertThat(serverOutput.readLine()).isEqualTo("1 fail");
    }

    @Test
    void callThatFailsWhileAPipeIsSilentEndsTheReportAtOnce() throws Exception {
        try (RunningProgram report = reportOfAPipe()) {
            report.write("OK,fail\n");

            assertThat(report.exitCode()).isEqualTo(FAILED_PRECONDITION);
            assertThat(report.err()).contains("1 report was sent: it may be stored or not.");
            assertThat(serverOutput.readLine()).isEqualTo("1 fail");
        }
    }

    /** The server is asked for a sign of life no sooner than gRPC's servers permit, which takes more than five minutes. */
    @Test
    @Tag("long")
    @Timeout(420)
    void serverThatStandsStillIsGivenUpWhileAPipeIsSilent() throws Exception {
        try (RunningProgram report = reportOfAPipe()) {
            report.write("OK,awake\n");
            assertThat(serverOutput.readLine()).isEqualTo("1 awake");
            signal("STOP");

            await().atMost(Duration.ofSeconds(360)).until(() -> !report.isRunning());

            assertThat(report.exitCode()).isEqualTo(64 + 14);
            assertThat(report.err())
                    .contains("1 report was sent: it may be stored or not.")
                    .contains("UNAVAILABLE: Keepalive failed");
        } finally {
            signal("CONT");
        }
    }

    private RunningProgram reportOfAPipe() throws IOException {
        return RunningProgram.start(directory, ServerProcess.command("report", "-", "--target", target));
    }

    private void signal(String name) throws Exception {
        CommandRun.of(directory, "", List.of("kill", "-" + name, Long.toString(server.pid())));
    }
}
