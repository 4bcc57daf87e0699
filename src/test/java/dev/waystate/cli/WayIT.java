package dev.waystate.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waystate.NamedPipe;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;

/** Where things are, how far they went, and who was in which state when: the commands against a server. */
@Timeout(180)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class WayIT {

    private static final ObjectReader JSON = JsonMapper.builder().build().reader();
    private static final String TIME = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z";

    @TempDir
    private static Path directory;

    private static ReturningServer server;

    /** Seven records: 1 to 4 of a cow that walks 5, 5 and 10, 5 of a dog at a corner of the plane, 6 and 7 of a cat. */
    @BeforeAll
    static void startServerWithReports() throws IOException {
        server = ReturningServer.start(directory);
        append("cow", "cow.csv", "status,x,y\nOK,0,0\nTHIRSTY,3,4\nTHIRSTY,,\nSTARVED,0,0\n");
        append(
                "dog",
                "dog.jsonl",
                "{\"status\":\"OK\",\"info\":\"far\",\"location\":{\"x\":-2147483648,\"y\":2147483647}}\n");
        assertThat(run("report", "--source", "cat", "--status", "TIRED", "--at", "-3,4")
                        .exitCode())
                .isZero();
        assertThat(run("report", "--source", "cat", "--status", "OK").exitCode())
                .isZero();
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @Test
    void recordsKeepTheLocationsOfFilesAndCalls() {
        assertThat(read("/location/x", "read")).containsExactly("0", "3", "0", "-2147483648", "-3");
        assertThat(run("read").outLines().subList(1, 8))
                .extracting(line -> line.substring(73).strip())
                .containsExactly("0,0", "3,4", "-", "0,0", "-2147483648,2147483647  far", "-3,4", "-");
    }

    @Test
    void sourcesNearAPointComeNearestFirstWithTheirTrack() {
        assertThat(run("sources", "--near", "0,0").outLines())
                .satisfiesExactly(
                        titles -> assertThat(titles).contains("LOCATION  ", "DISTANCE  ", "TRAVELLED"),
                        cow -> assertThat(cow).matches("cow {15}STARVED  " + TIME + "  0,0 +0 +10  " + TIME),
                        cat -> assertThat(cat).matches("cat {15}OK {7}" + TIME + "  -3,4 +5 +0  " + TIME),
                        dog -> assertThat(dog).contains("-2147483648,2147483647", " 3037000448 "));
        assertThat(read("/source", "sources", "--near", "0,0", "--within", "5")).containsExactly("cow", "cat");
        assertThat(read("/source", "sources", "--near", "0,0", "--within", "4.999", "--status", "STARVED"))
                .containsExactly("cow");
    }

    @Test
    void sourcesThatWereHeardOfLatelyAreNotSilent() {
        assertThat(read("/source", "sources", "--silent", "0s")).containsExactly("cat", "cow", "dog");
        assertThat(read("/source", "sources", "--silent", "1d")).isEmpty();
    }

    @Test
    void earlierMomentHasTheStatesOfThen() {
        assertThat(read("/status", "sources", "--at", "3")).containsExactly("THIRSTY");
        assertThat(read("/status", "sources", "--at", "6")).containsExactly("TIRED", "STARVED", "OK");
        assertThat(read("/as_of_position", "summary", "--at", "6")).containsExactly("6");
        assertThat(read("/statuses/0/status", "summary", "--at", "3")).containsExactly("THIRSTY");
        assertThat(read("/snapshots/0/position", "summary", "--from", "1d", "--steps", "2"))
                .containsExactly("0");
        assertThat(read("/snapshots/1/statuses/0/sources", "summary", "--from", "1d", "--steps", "2"))
                .containsExactly("2");
        assertThat(run("summary", "--at", "1000").err()).contains("OUT_OF_RANGE", "the newest position is ");
    }

    @Test
    void historyIsThatOfOneSourceNewestFirst() {
        assertThat(read("/position", "history", "cow", "--last", "3")).containsExactly("4", "3", "2");
        assertThat(read("/position", "history", "cow", "--status", "thirsty")).containsExactly("3", "2");
        assertThat(run("history", "cow", "--states").outLines())
                .satisfiesExactly(
                        titles -> assertThat(titles).startsWith("STATUS   SINCE"),
                        starved -> assertThat(starved).matches("STARVED  " + TIME + "  now +\\d+.* 4"),
                        thirsty -> assertThat(thirsty).matches("THIRSTY  " + TIME + "  " + TIME + "  0s +2"),
                        ok -> assertThat(ok).matches("OK       " + TIME + "  " + TIME + "  0s +1"));
        CommandRun unknown = run("history", "cow-8");
        assertThat(unknown.exitCode()).isEqualTo(64 + 5);
        assertThat(unknown.err()).contains("NOT_FOUND: ", "'sources' lists those that have reported");
    }

    @Test
    void readBeginsWhereItIsToldTo() {
        assertThat(read("/position", "read", "--last", "2")).containsExactly("6", "7");
        assertThat(read("/position", "read", "--since", "1d")).containsExactly("1", "2", "3", "4", "5", "6", "7");
        assertThat(read("/position", "read", "--since", "2100-01-01T00:00:00Z")).isEmpty();
        assertThat(read("/position", "read", "--near", "0,0", "--within", "5")).containsExactly("1", "2", "4", "6");
    }

    @Test
    @Order(Integer.MAX_VALUE - 1)
    void followerFromNowSeesWhatHappensInAPlace() throws Exception {
        try (RunningCommand follower =
                start("read", "--follow", "--from-now", "--near", "100,100", "--within", "1", "--json")) {
            await().atMost(Duration.ofSeconds(30)).until(() -> follower.err().contains("caught up at position "));

            append("fox", "fox.csv", "status,x,y\nOK,0,0\nOK,100,101\nOK,101,101\nOK,100,100\n");

            await().atMost(Duration.ofSeconds(30))
                    .until(() -> values("/sequence", follower.outLines()).equals(List.of("2", "4")));
        }
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void restoredLogEndsItsFollowersAndIsReadFromTheBeginning() throws Exception {
        String log = directory.resolve("data/waystate.db").toString();
        String copy = directory.resolve("copy.db").toString();
        assertThat(CommandRun.of("backup", copy, "--from", log).exitCode()).isZero();
        String before = read("/log_id", "summary").get(0);
        append("late", "late.csv", "OK\nOK\nOK\n");
        Path fifo = NamedPipe.make(directory.resolve("fifo"));
        try (RunningCommand follower = start("read", "--follow", "--json");
                RunningCommand appender = start("append", "--source", "sensor", fifo.toString());
                Writer sensor = Files.newBufferedWriter(fifo)) {
            sensor.write("OK\nOK\n");
            sensor.flush();
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> read("/sequence", "read", "--source", "sensor").contains("2"));
            await().atMost(Duration.ofSeconds(30)).until(() -> follower.err().contains("caught up at position "));

            server.kill();
            assertThat(CommandRun.of("restore", copy, "--to", log, "--replace").exitCode())
                    .isZero();
            server.comeBack();
            append("late", "other.csv", "TIRED\nTIRED\nTIRED\nTIRED\nTIRED\n");

            CommandRun lost = appender.await();
            assertThat(lost.exitCode()).as("two of its reports are gone").isEqualTo(64 + 9);
            assertThat(lost.err())
                    .contains("The log is another one now", "The old one had everything up to sequence 2,")
                    .doesNotContain("is durable", "goes on from there");
            CommandRun ended = follower.await();
            String after = read("/log_id", "summary").get(0);
            assertThat(after).isNotEqualTo(before);
            assertThat(ended.exitCode()).isEqualTo(64 + 9);
            assertThat(ended.err())
                    .contains(" of the log " + before + " was read.", "its id is " + after)
                    .doesNotContain("go on with");
            assertThat(read("/status", "history", "late")).hasSize(5).containsOnly("TIRED");
        }
        CommandRun stale = run("read", "--after", "1", "--log-id", before);
        assertThat(stale.exitCode()).isEqualTo(64 + 9);
        assertThat(stale.err()).contains("FAILED_PRECONDITION: ", "leave out --after and --log-id");
        assertThat(read("/position", "read", "--after", "1"))
                .as("without the id, the other history is read on unnoticed")
                .startsWith("2", "3");
    }

    /** Runs a command for JSON lines, and returns what a JSON pointer leads to in each that has it. */
    private static List<String> read(String pointer, String... args) {
        List<String> withJson = new ArrayList<>(List.of(args));
        withJson.add("--json");
        CommandRun run = run(withJson.toArray(String[]::new));
        assertThat(run.exitCode()).as(run.err()).isZero();
        return values(pointer, run.outLines());
    }

    private static List<String> values(String pointer, List<String> lines) {
        return lines.stream()
                .map(line -> JSON.readTree(line).at(pointer))
                .filter(value -> !value.isMissingNode())
                .map(JsonNode::asString)
                .toList();
    }

    private static void append(String source, String name, String rows) throws IOException {
        Path file = Files.writeString(directory.resolve(name), rows);
        CommandRun run = run("append", "--source", source, file.toString());
        assertThat(run.exitCode()).as(run.err()).isZero();
    }

    private static CommandRun run(String... args) {
        return CommandRun.at(server.target(), args);
    }

    private static RunningCommand start(String... args) {
        return RunningCommand.startAt(server.target(), args);
    }
}
