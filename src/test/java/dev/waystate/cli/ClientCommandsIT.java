package dev.waystate.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waystate.NamedPipe;
import dev.waystate.ServerProcess;
import dev.waystate.text.Json;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The client commands against the server. */
@Timeout(120)
class ClientCommandsIT {

    @TempDir
    private static Path directory;

    private static ServerProcess server;

    @BeforeAll
    static void startServer() throws IOException {
        server = ServerProcess.shared();
    }

    @Test
    void theJarPrintsTheDistance() throws Exception {
        CommandRun run = CommandRun.ofJar(directory, "", "displace", "0,12", "12,14", "--target", server.target());

        assertThat(run).isEqualTo(new CommandRun(0, "12.165525" + System.lineSeparator(), ""));
    }

    @Test
    void theJarReadsDisplacementsFromStandardInput() throws Exception {
        CommandRun run = CommandRun.ofJar(
                directory, "\uFEFF# two\r\n0,0 3,4\n\n-3,4 0,0\n", "displace", "-", "--target", server.target());

        assertThat(run.err()).isEmpty();
        assertThat(run.outLines()).containsExactly("5", "5");
    }

    @Test
    void clientThatWantsTlsIsTurnedAwayAndNoStackTraceIsInTheLog() {
        int before = server.output().size(); // other tests have used the server

        CommandRun run = run("displace", "0,0", "3,4", "--tls");

        assertThat(run.exitCode()).isEqualTo(64 + 14);
        assertThat(run.err()).contains("does not use TLS").hasLineCount(1);
        assertThat(run("displace", "0,0", "3,4").out()).startsWith("5");
        assertThat(server.output().stream().skip(before)).noneMatch(line -> line.startsWith("\tat "));
    }

    @Test
    void aWrongFieldIsNamedOnce() {
        CommandRun run = run("history", "");

        assertThat(run.exitCode()).isEqualTo(64 + 3);
        assertThat(run.err()).startsWith("INVALID_ARGUMENT: source: ").hasLineCount(1);
    }

    @Test
    void theJarTellsHealth() throws Exception {
        String readiness = "http://localhost:" + server.httpPort() + "/actuator/health/readiness";
        CommandRun run = CommandRun.ofJar(directory, "", "health", "--target", server.target());
        CommandRun overHttp = CommandRun.ofJar(directory, "", "health", "--http", readiness);

        assertThat(run).isEqualTo(new CommandRun(0, "SERVING" + System.lineSeparator(), ""));
        assertThat(overHttp).isEqualTo(run);
    }

    @Test
    void theJarReportsWhatStandardInputHas() throws Exception {
        CommandRun run = CommandRun.ofJar(
                directory,
                "{\"status\":\"TIRED\",\"info\":\"näher\"}\n",
                "report",
                "-",
                "--source",
                "from-stdin",
                "--target",
                server.target());

        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).isEqualToIgnoringNewLines("1 report stored");
        assertLogged("\"from-stdin\": TIRED \"näher\"");
    }

    @Test
    void negativeCoordinatesAreNoOptions() {
        CommandRun run = run("displace", "-3,4", "0,0", "-2147483648,-2147483648", "2147483647,2147483647");

        assertThat(run.err()).isEmpty();
        assertThat(run.outLines()).containsExactly("5", "6074000896");
    }

    @Test
    void badLineStopsAfterTheAnswersOfThoseBeforeIt() throws IOException {
        Path file = Files.writeString(directory.resolve("bad.txt"), "0,0 3,4\n0,0 3000000000,4\n0,0 6,8\n");

        CommandRun run = run("displace", file.toString(), "--json");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.outLines())
                .containsExactly("{\"start\":{\"x\":0,\"y\":0},\"end\":{\"x\":3,\"y\":4},\"distance\":5}");
        assertThat(run.err()).contains("bad.txt:2: Expected a whole number from -2147483648 to 2147483647 as x");
    }

    @Test
    void reportsOfAFileAreCounted() throws IOException {
        String rows = IntStream.range(0, 20_000)
                .mapToObj(i -> "OK,report " + i + "\n")
                .collect(Collectors.joining());
        Path file = Files.writeString(directory.resolve("many.csv"), "status,info\n" + rows);

        CommandRun run = run("report", file.toString(), "--source", "many", "--json");

        assertThat(run.outLines()).containsExactly("{\"reports\":20000}");
        assertThat(run.exitCode()).isZero();
        assertLogged("\"many\": done, 20000 reports stored");
    }

    @Test
    void badReportStopsAndThoseBeforeItAreStored() throws IOException {
        Path file = Files.writeString(directory.resolve("bad.csv"), "OK,a\nTIRED,b\nSAD,c\nOK,d\n");

        CommandRun run = run("report", file.toString(), "--source", "bad");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err())
                .contains("bad.csv:3: Expected a status")
                .contains("2 reports stored from before that line");
        assertLogged("\"bad\": done, 2 reports stored");
    }

    @Test
    void reportOfAPipeIsTakenBeforeTheNextOneBegins() throws Exception {
        Path fifo = NamedPipe.make(directory.resolve("fifo"));
        try (RunningCommand report = RunningCommand.start(
                        "report", fifo.toString(), "--source", "live", "--target", server.target());
                Writer sensor = Files.newBufferedWriter(fifo)) {
            sensor.write("THIRSTY,needs water\n");
            sensor.flush();

            assertLogged("\"live\": THIRSTY \"needs water\"");

            assertThat(report.isRunning()).isTrue();
            sensor.close();
            assertThat(report.await().exitCode()).isZero();
        }
    }

    @Test
    void displacementOfAPipeIsAnsweredBeforeTheNextOneBegins() throws Exception {
        Path fifo = NamedPipe.make(directory.resolve("displacements"));
        try (RunningCommand displace = RunningCommand.start("displace", fifo.toString(), "--target", server.target());
                Writer pipe = Files.newBufferedWriter(fifo)) {
            for (int answered = 1; answered <= 3; answered++) {
                pipe.write("0,0 3,4\n");
                pipe.flush();

                int lines = answered;
                await().atMost(Duration.ofSeconds(20))
                        .until(() -> displace.outLines().size() == lines);
            }
            pipe.close();
            assertThat(displace.await()).isEqualTo(new CommandRun(0, "5\n5\n5\n", ""));
        }
    }

    @Test
    void aTimeOfARowThatCannotBeStoredIsRefused() throws IOException {
        Path file = Files.writeString(directory.resolve("times.csv"), "OK,a,2026-02-03T04:05:06Z\nTIRED,b");

        CommandRun run = run("report", file.toString(), "--source", "times");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("Report 1 of the file has a time or a location", "'append'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"report --status OK --info", "report --status OK --source", "append x.csv --source"})
    void halfASurrogatePairIsRefusedAndNotReplaced(String line) {
        CommandRun run = run((line + " tired\ud83d").split(" "));

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("Expected whole characters", "tired\\uD83D");
    }

    @Test
    void refusedReportShowsTheFieldThatIsWrong() {
        CommandRun run = run("report", "--status", "OK", "--info", "x".repeat(5_000));

        assertThat(run.exitCode()).isEqualTo(64 + 3);
        assertThat(run.err()).startsWith("INVALID_ARGUMENT: ").doesNotContain("\tat ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"@list", "@@x", "--json", "--source=a", "-", "-x", "", " ", "${env:PATH}", "\"quoted\"", "a,b"})
    void valueOfAnOptionIsStoredAsItStands(String info) throws IOException {
        Files.writeString(directory.resolve("list"), "content of a file");

        assertThat(run("report", "--source", "values", "--status", "OK", "--info=" + info)
                        .exitCode())
                .isZero();

        List<String> lines = run("read", "--source", "values", "--json").outLines();
        assertThat(lines.get(lines.size() - 1))
                .contains("," + Json.text(Map.of("info", info)).replaceAll("^\\{|}$", "") + ",");
    }

    @Test
    void infoIsWholeInATableThatNoTerminalShows() {
        String info = "y".repeat(3_000);
        assertThat(run("report", "--status", "OK", "--source", "long", "--info", info)
                        .exitCode())
                .isZero();

        assertThat(run("sources").out()).contains(info);
        assertThat(run("read", "--source", "long").out()).contains(info);
    }

    @Test
    void sourceThatMetadataCannotCarryIsRefusedWithWhatTakesIt() {
        CommandRun run = run("report", "--source", "Kuh-ä", "--status", "OK");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("Kuh-ä").contains("Use append").hasLineCount(2);
    }

    @Test
    void unknownServiceHasNoHealth() {
        CommandRun run = run("health", "nosuch.Service");

        assertThat(run.exitCode()).isEqualTo(64 + 5);
        assertThat(run.err()).startsWith("NOT_FOUND: ");
    }

    private static CommandRun run(String... args) {
        return CommandRun.at(server.target(), args);
    }

    private static void assertLogged(String text) {
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(server.output())
                        .anySatisfy(line -> assertThat(line).contains(text)));
    }
}
