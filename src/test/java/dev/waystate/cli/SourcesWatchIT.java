package dev.waystate.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waystate.ServerProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code sources --watch} on a terminal of its own. */
@Timeout(180)
class SourcesWatchIT {

    private static final String TITLES = "SOURCE STATUS SINCE LOCATION DISTANCE TRAVELLED RECORDED INFO";
    private static final String CTRL_C = "\u0003";

    @TempDir
    private static Path directory;

    private static ReturningServer server;

    @BeforeAll
    static void startServer() throws IOException {
        server = ReturningServer.start(directory);
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @Test
    void tableIsPaintedAgainWhenItHasChangedAndOnlyThen() throws Exception {
        try (RunningProgram watch = watch(24, "--status=STARVED", "--near=0,0", "--within=5")) {
            awaitLast(watch, TITLES);
            report("cow", "STARVED", "3,4");
            awaitLast(watch, "cow STARVED TIME 3,4 5 0 TIME");
            report("cow", "STARVED", "3,5");
            awaitLast(watch, TITLES);
            report("dog", "STARVED", "9,9");
            report("dog", "OK", "0,0");
            report("cat", "STARVED", "0,0");
            awaitLast(watch, "cat STARVED TIME 0,0 0 0 TIME");

            watch.write(CTRL_C);

            assertThat(watch.exitCode()).isEqualTo(130);
            assertThat(screens(watch)).hasSize(4).allMatch(screen -> screen.startsWith(TITLES));
        }
    }

    @Test
    void serverThatComesBackIsWatchedOn() throws Exception {
        try (RunningProgram watch = watch(24, "cow-1", "cow-2")) {
            report("cow-1", "OK", "0,0");
            awaitLast(watch, "cow-1 OK TIME 0,0 0 TIME");
            for (int outage = 0; outage < 2; outage++) { // each is one of its own
                server.kill();
                awaitLast(watch, "Trying again for up to 300 s.");

                server.comeBack();
                awaitLast(watch, "cow-1 OK TIME 0,0 0 TIME");
            }
            report("cow-2", "OK", "1,1");

            awaitLast(watch, "cow-2 OK TIME 1,1 0 TIME");
            assertThat(watch.isRunning()).isTrue();
        }
    }

    @Test
    void sourcesThatDoNotFitAreMentioned() throws Exception {
        for (String name : List.of("a1", "a2", "a3")) {
            report(name, "OK", "0,0");
        }
        try (RunningProgram watch = watch(5, "a1", "a2", "a3")) {
            awaitLast(
                    watch, "There are more sources than fit here: choose some by name, --status, --near or --silent.");

            assertThat(screens(watch))
                    .singleElement()
                    .satisfies(screen -> assertThat(screen.lines())
                            .extracting(line -> line.substring(0, 5))
                            .containsExactly("SOURC", "a1 OK", "a2 OK", "There"));
        }
    }

    /** The terminal gets its size before the command begins. */
    private static RunningProgram watch(int lines, String... options) throws IOException {
        String command = ServerProcess.command("sources", "--watch", "--target=" + server.target()).stream()
                .map(word -> "'" + word + "'")
                .collect(Collectors.joining(" "));
        return RunningProgram.start(
                directory,
                List.of(
                        "env",
                        "TERM=xterm",
                        "NO_COLOR=1",
                        "script",
                        "--quiet",
                        "--return",
                        "--command",
                        "stty rows " + lines + " cols 200; exec " + command + " " + String.join(" ", options),
                        "/dev/null"));
    }

    private static void report(String source, String status, String at) {
        CommandRun run =
                CommandRun.at(server.target(), "report", "--source=" + source, "--status=" + status, "--at=" + at);
        assertThat(run.exitCode()).as(run.err()).isZero();
    }

    private static void awaitLast(RunningProgram watch, String end) {
        await().atMost(Duration.ofSeconds(30)).until(() -> !screens(watch).isEmpty());
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(
                        () -> assertThat(screens(watch)).last().asString().endsWith(end));
    }

    /** Returns what was painted, with one space between words, and the times as such. */
    private static List<String> screens(RunningProgram watch) {
        return Arrays.stream(String.join("\n", watch.outLines()).split("\u001b\\[H\u001b\\[J"))
                .skip(1)
                .map(screen -> screen.replaceAll("\u001b\\[[?0-9]*[a-z]", "")
                        .strip()
                        .replaceAll(" +", " ")
                        .replaceAll("\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z", "TIME"))
                .toList();
    }
}
