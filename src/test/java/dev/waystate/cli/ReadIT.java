package dev.waystate.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waystate.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code read}, {@code sources} and {@code summary} against a server. */
@Timeout(180)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ReadIT {

    private static final String TIME = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z";

    @TempDir
    private static Path directory;

    private static ReturningServer server;

    @BeforeAll
    static void startServerWithReports() throws IOException {
        server = ReturningServer.start(directory);
        append("b", "OK,one\nTHIRSTY,two\n");
        append("a", "STARVED,\"\u001b[2Jred\"\n");
        assertThat(run("report", "--status", "99", "--source", "c").exitCode()).isZero();
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @Test
    void tableIsAlignedAndSafeForTerminals() {
        CommandRun run = run("read");

        assertThat(run.exitCode()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.outLines().subList(0, 5))
                .satisfiesExactly(
                        line -> assertThat(line)
                                .isEqualTo("POSITION  RECORDED                  SOURCE            SEQUENCE  STATUS  "
                                        + " LOCATION  INFO"),
                        line -> assertThat(line).matches(" {7}1  " + TIME + "  b {24}1  OK {7}- {9}one"),
                        line -> assertThat(line).matches(" {7}2  " + TIME + "  b {24}2  THIRSTY  - {9}two"),
                        line -> assertThat(line)
                                .matches(" {7}3  " + TIME + "  a {24}1  STARVED  - {9}\\\\u001B\\[2Jred"),
                        line -> assertThat(line).matches(" {7}4  " + TIME + "  c {24}-  99 {7}-"));
    }

    @Test
    void positionSourceAndStatusSelectRecords() {
        assertThat(run("read", "--json", "--after", "1", "--source", "b").outLines())
                .singleElement()
                .asString()
                .startsWith("{\"position\":2,\"source\":\"b\",\"sequence\":2,\"status\":\"THIRSTY\",\"info\":\"two\","
                        + "\"recorded_at\":\"");
        assertThat(run("read", "--json", "--status", "99", "--status", "starved", "--source", "a", "--source", "c")
                        .outLines())
                .hasSize(2);
    }

    @Test
    void positionBeyondTheHeadIsToldWithTheHead() {
        CommandRun run = run("read", "--after", "1000000");

        assertThat(run.exitCode()).isEqualTo(64 + 11);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("OUT_OF_RANGE: ").containsPattern("the newest position is \\d+: ");
    }

    @Test
    void negativePositionIsWrongUsage() {
        assertThat(run("read", "--after=-1").exitCode()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({
        "'| head -1', 0, ''",
        "'| true', 0, ''",
        "'> /dev/full', 1, 'Standard output takes no more: is its disk full?'"
    })
    void readerOfTheOutputThatHasEnoughIsNoFailureAndAFullDiskIsOne(String end, int exitCode, String err)
            throws Exception {
        String read = String.join(" ", ServerProcess.command("read", "--target", server.target()));
        CommandRun run =
                CommandRun.of(directory, "", List.of("bash", "-c", "set -o pipefail; { " + read + "; } " + end));

        assertThat(run.err()).isEqualToIgnoringNewLines(err);
        assertThat(run.exitCode()).isEqualTo(exitCode);
    }

    /** A file that may not grow is as a disk that is full. */
    @Test
    void outputThatTakesNoMoreIsToldWithHowFarItCame() throws Exception {
        ServerProcess shared = ServerProcess.shared();
        Path reports = Files.writeString(directory.resolve("many.csv"), ("OK," + "x".repeat(100) + "\n").repeat(5_000));
        assertThat(CommandRun.of("append", "--source=many", reports.toString(), "--target", shared.target())
                        .exitCode())
                .isZero();
        Path out = directory.resolve("out.jsonl");
        List<String> read = ServerProcess.command("read", "--json", "--source", "many", "--target", shared.target());
        read.add(1, "-XX:-UsePerfData");
        String script = "ulimit -f 500; exec " + String.join(" ", read) + " > " + out;

        CommandRun full = CommandRun.of(directory, "", List.of("bash", "-c", script));

        assertThat(full.exitCode()).isEqualTo(1);
        assertThat(full.err().lines())
                .satisfiesExactly(
                        howFar -> assertThat(howFar)
                                .matches("Everything up to position \\d+ was read: go on with --after \\d+"
                                        + " --log-id [0-9a-f]{32}\\."),
                        behind -> assertThat(behind).startsWith("What the output has behind that position"),
                        end -> assertThat(end).isEqualTo("Standard output takes no more: is its disk full?"));
        String goOn = full.err().lines().findFirst().orElseThrow().replaceAll(".* go on with (.*)\\.", "$1");
        long position = Long.parseLong(goOn.split(" ")[1]);
        String[] again = ("read --json --source many --target " + shared.target() + " " + goOn).split(" ");
        List<String> all = CommandRun.of("read", "--json", "--source", "many", "--target", shared.target())
                .outLines();
        List<String> whole = all.stream()
                .takeWhile(line -> Long.parseLong(line.replaceAll(".*\"position\":(\\d+),.*", "$1")) <= position)
                .toList();
        assertThat(whole).isNotEmpty();
        assertThat(Files.readAllLines(out)).startsWith(whole.toArray(String[]::new));
        assertThat(CommandRun.of(again).outLines()).isEqualTo(all.subList(whole.size(), all.size()));
    }

    @Test
    void barsAreForTerminalsAlone() throws Exception {
        String summary = String.join(" ", ServerProcess.command("summary", "--target", server.target()));
        CommandRun shown = CommandRun.of(directory, "", List.of("script", "-qec", summary, "/dev/null"));
        CommandRun piped = CommandRun.of(directory, "", List.of("sh", "-c", summary + " | cat"));

        assertThat(shown.out()).contains("█");
        assertThat(piped.out()).contains("STARVED").doesNotContain("█");
    }

    @ParameterizedTest
    @CsvSource({"INT, 130", "TERM, 143"})
    void followerThatIsEndedSaysHowFarItCame(String signal, int exitCode) throws Exception {
        Path out = Files.createTempFile(directory, "out", ".txt");
        Path err = Files.createTempFile(directory, "err", ".txt");
        Process follower = new ProcessBuilder(
                        ServerProcess.command("read", "--follow", "--json", "--target", server.target()))
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        try {
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> Files.readString(err).contains("caught up at"));

            CommandRun.of(directory, "", List.of("kill", "-" + signal, Long.toString(follower.pid())));

            assertThat(follower.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(follower.exitValue()).isEqualTo(exitCode);
            int read = Files.readAllLines(out).size();
            assertThat(err)
                    .content()
                    .contains("Everything up to position " + read + " was read: go on with --after " + read);
        } finally {
            follower.destroyForcibly();
        }
    }

    @Test
    void sourcesShowsWhoIsInWhichState() {
        CommandRun run = run("sources", "--status", "thirsty", "--status", "99");

        assertThat(run.outLines())
                .satisfiesExactly(
                        line -> assertThat(line)
                                .isEqualTo("SOURCE            STATUS   SINCE                     LOCATION  TRAVELLED"
                                        + "  RECORDED                  INFO"),
                        line -> assertThat(line).matches("b {17}THIRSTY  " + TIME + "  - {17}-  " + TIME + "  two"),
                        line -> assertThat(line).matches("c {17}99 {7}" + TIME + "  - {17}-  " + TIME));
        assertThat(run("sources", "--json", "--status", "STARVED").outLines())
                .singleElement()
                .asString()
                .startsWith("{\"position\":3,\"source\":\"a\",\"sequence\":1,\"status\":\"STARVED\"")
                .contains(",\"durable_sequence\":1,\"state_since\":\"");
    }

    @Test
    @Order(1)
    void summaryCountsReportsAndSources() {
        assertThat(run("summary").outLines())
                .startsWith("earliest position 1", "head position     4")
                .satisfies(lines -> assertThat(lines.get(2)).matches("log id            [0-9a-f]{32}"))
                .endsWith(
                        "",
                        "STATUS      REPORTS     SOURCES",
                        "OK                1           0",
                        "THIRSTY           1           1",
                        "STARVED           1           1",
                        "99                1           1");
        assertThat(run("summary", "--json").out())
                .startsWith("{\"earliest_position\":1,\"head_position\":4,\"statuses\":[{\"status\":\"OK\",");
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void followerSeesEveryPositionOnceAcrossARestart() throws Exception {
        try (RunningCommand follower = start("read", "--follow", "--json")) {
            await().atMost(Duration.ofSeconds(30)).until(() -> follower.err().contains("caught up at position 4"));
            append("d", "OK,1\nOK,2\n");
            awaitPositions(follower, 6);

            server.kill();
            server.comeBack();
            append("d", "OK,1\nOK,2\nOK,3\n");

            awaitPositions(follower, 7);
            assertThat(follower.err())
                    .contains("Trying again for up to 300 s.")
                    .doesNotContain("does not speak gRPC")
                    .contains("caught up at position ")
                    .doesNotContain("alive");
            assertThat(follower.isRunning()).isTrue();
        }
    }

    private static void awaitPositions(RunningCommand follower, long head) {
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(follower.outLines().stream()
                                .map(line -> line.replaceAll("\\{\"position\":(\\d+),.*", "$1")))
                        .isEqualTo(LongStream.rangeClosed(1, head)
                                .mapToObj(Long::toString)
                                .toList()));
    }

    private static void append(String source, String rows) throws IOException {
        Path file = Files.writeString(directory.resolve(source + ".csv"), rows);
        assertThat(run("append", "--source", source, file.toString()).exitCode())
                .isZero();
    }

    private static CommandRun run(String... args) {
        return CommandRun.at(server.target(), args);
    }

    private static RunningCommand start(String... args) {
        return RunningCommand.startAt(server.target(), args);
    }
}
