package dev.waystate.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waystate.NamedPipe;
import dev.waystate.ServerProcess;
import java.io.IOException;
import java.io.Writer;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code append} against a server that is there, that goes away, and that is not there. */
@Timeout(180)
class AppendIT {

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
    void appendedTwiceNothingIsDoubled() throws IOException {
        String file = reports("twice.csv", 1_234);

        CommandRun first = append("twice", file);
        CommandRun second = append("twice", file, "--json");

        assertThat(first).isEqualTo(new CommandRun(0, stored(1_234, 0, 1_234) + System.lineSeparator(), ""));
        assertThat(second.exitCode()).isZero();
        assertThat(second.outLines())
                .containsExactly(
                        "{\"source\":\"twice\",\"durable_sequence\":1234,\"stored\":0,\"already_there\":1234}");
        assertThat(infos("twice")).isEqualTo(expectedInfos(1_234));
    }

    @Test
    void longerFileAddsItsNewReports() throws IOException {
        append("longer", reports("longer.csv", 10));

        CommandRun run = append("longer", reports("longer.csv", 700));

        assertThat(run.outLines()).containsExactly(stored(690, 10, 700));
        assertThat(infos("longer")).isEqualTo(expectedInfos(700));
    }

    @Test
    void fileMayBeginLater() throws IOException {
        append("later", reports("later.csv", 10));
        Path rest = Files.writeString(directory.resolve("rest.csv"), "OK,9\nOK,10\nOK,11\n");

        CommandRun run = append("later", rest.toString(), "--first-sequence", "9");

        assertThat(run.outLines()).containsExactly(stored(1, 2, 11));
        assertThat(infos("later")).isEqualTo(expectedInfos(11));
    }

    @Test
    void shorterFileIsRefusedBeforeAnythingIsSentAndContinuedWhenAsked() throws IOException {
        append("shorter", reports("monday.csv", 5));
        Path tuesday = Files.writeString(directory.resolve("tuesday.csv"), "OK,6\nOK,7\nOK,8\n");

        CommandRun refused = append("shorter", tuesday.toString());
        List<String> kept = infos("shorter");
        CommandRun continued = append("shorter", tuesday.toString(), "--continue");
        CommandRun again = append("shorter", tuesday.toString(), "--first-sequence", "6");

        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.out()).isEmpty();
        assertThat(refused.err())
                .contains("Expected at least the 5 reports", "but found 3", "--continue", "--first-sequence");
        assertThat(kept).isEqualTo(expectedInfos(5));
        assertThat(continued.exitCode()).isZero();
        assertThat(continued.err()).contains("The first report gets the sequence 6.");
        assertThat(continued.outLines()).containsExactly(stored(3, 0, 8));
        assertThat(again.exitCode()).isZero();
        assertThat(again.outLines()).containsExactly(stored(0, 3, 8));
        assertThat(infos("shorter")).isEqualTo(expectedInfos(8));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "status,info\n"})
    void fileWithoutAReportIsShorterThanWhatIsStoredAndTheWholeOfANewSource(String content) throws IOException {
        String source = "empty" + content.length();
        Path empty = Files.writeString(directory.resolve("empty.csv"), content);

        CommandRun ofNewSource = append(source, empty.toString());
        append(source, reports("before-empty.csv", 5));
        CommandRun refused = append(source, empty.toString());
        CommandRun continued = append(source, empty.toString(), "--continue");

        assertThat(ofNewSource).isEqualTo(new CommandRun(0, stored(0, 0, 0) + System.lineSeparator(), ""));
        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.out()).isEmpty();
        assertThat(refused.err()).contains("Expected at least the 5 reports", "but found 0", "--continue");
        assertThat(continued.outLines()).containsExactly(stored(0, 0, 5));
    }

    @Test
    void continueBeginsANewSourceWithOne() throws IOException {
        assertThat(append("new", reports("new.csv", 2), "--continue").outLines())
                .containsExactly(stored(2, 0, 2));
    }

    @Test
    void pipeThatHasFewerThanAreStoredIsAnErrorAndWhatIsSkippedIsSaidAtOnce() throws Exception {
        append("pipe", reports("pipe-before.csv", 5));

        CommandRun fewer = appendPipe("pipe", "OK,6\nOK,7\n");
        CommandRun more = appendPipe("pipe", "OK,1\nOK,2\nOK,3\nOK,4\nOK,5\nOK,6");

        assertThat(fewer.exitCode()).isEqualTo(2);
        assertThat(fewer.err().lines())
                .satisfiesExactly(
                        skipped -> assertThat(skipped).contains("up to sequence 5", "skipped", "--continue"),
                        error -> assertThat(error).contains("Expected at least the 5 reports", "but found 2"));
        assertThat(more.exitCode()).isZero();
        assertThat(more.err()).contains("up to sequence 5", "skipped");
        assertThat(more.outLines()).containsExactly(stored(1, 5, 6));
    }

    @Test
    void halfRowAtTheEndOfAFileIsLeftOutUntilItIsWhole() throws IOException {
        Path file = Files.writeString(directory.resolve("half.csv"), "OK,1\n1");

        CommandRun half = append("half", file.toString());
        Files.writeString(file, "OK,1\n17,2");
        CommandRun complete = append("half", file.toString(), "--complete", "--json");

        assertThat(half.exitCode()).isEqualTo(4);
        assertThat(half.outLines()).containsExactly(stored(1, 0, 1));
        assertThat(half.err()).contains("half.csv:2: The last row has no line end", "--complete");
        assertThat(complete.exitCode()).isZero();
        assertThat(complete.out()).contains("\"stored\":1,\"already_there\":1");
        assertThat(read("half")).last().asString().contains("\"status\":17");
    }

    /** A reader that has gone excuses the output, and not what was left out. */
    @Test
    void halfRowIsToldAlsoWhenNobodyReads() throws Exception {
        Path file = Files.writeString(directory.resolve("unread.csv"), "OK,1\n1");
        String append = String.join(
                " ",
                ServerProcess.command("append", "--source", "unread", file.toString(), "--target", server.target()));

        CommandRun run =
                CommandRun.of(directory, "", List.of("bash", "-c", "set -o pipefail; { " + append + "; } | true"));

        assertThat(run.exitCode()).isEqualTo(4);
    }

    /** It may grow, as any file. */
    @Test
    void halfRowAtTheEndOfAFileOnStandardInputIsLeftOutToo() throws Exception {
        CommandRun half = appendStdin("half stdin", "OK,1\nOK,2");
        CommandRun complete = appendStdin("half stdin", "OK,1\nOK,2", "--complete");

        assertThat(half.exitCode()).isEqualTo(4);
        assertThat(half.outLines()).containsExactly(stored(1, 0, 1));
        assertThat(half.err()).contains("stdin:2: The last row has no line end", "--complete");
        assertThat(complete.exitCode()).isZero();
        assertThat(complete.outLines()).containsExactly(stored(1, 1, 2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"OK,6\nOK,7\nOK,8", "OK,6\nSAD,7\nOK,8\n"})
    void fileThatIsShorterThanWhatIsStoredIsAnotherOneHoweverItEnds(String content) throws IOException {
        String source = "other" + content.length();
        append(source, reports("five.csv", 5));
        Path file = Files.writeString(directory.resolve("other.csv"), content);

        CommandRun refused = append(source, file.toString());

        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.out()).isEmpty();
        assertThat(refused.err())
                .contains("Expected at least the 5 reports", "--continue")
                .doesNotContain("--complete", "correct the line")
                .hasLineCount(3);
    }

    /** The control: as many rows as are stored, if the last one counts. */
    @Test
    void lastRowThatWasStoredAsACompleteOneIsNoOtherFile() throws IOException {
        Path file = Files.writeString(directory.resolve("completed.csv"), "OK,1\nOK,2");
        append("completed", file.toString(), "--complete");

        CommandRun run = append("completed", file.toString());

        assertThat(run.exitCode()).isEqualTo(4);
        assertThat(run.outLines()).containsExactly(stored(0, 1, 2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"OK,a", "OK,\"a\nb\"", "{\"status\":1}"})
    void reportOfAPipeIsStoredBeforeTheNextOneBegins(String row) throws Exception {
        String source = "live " + row.length();
        Path fifo = NamedPipe.make(directory.resolve("fifo" + row.length()));
        try (RunningCommand append = startAppend(source, fifo.toString());
                Writer sensor = Files.newBufferedWriter(fifo)) {
            sensor.write(row + "\n");
            sensor.flush();

            await().atMost(Duration.ofSeconds(30)).until(() -> stored(source));

            assertThat(append.isRunning()).isTrue();
            sensor.close();
            assertThat(append.await().exitCode()).isZero();
        }
    }

    @Test
    void resultThatCannotBeWrittenIsAFailure() throws Exception {
        List<String> toFullDisk = List.of("sh", "-c", "exec \"$@\" > /dev/full", "sh");
        List<String> append = ServerProcess.command(
                "append", "--source", "unseen", reports("unseen.csv", 1), "--target", server.target());
        CommandRun run = CommandRun.of(
                directory,
                "",
                Stream.of(toFullDisk, append).flatMap(List::stream).toList());

        assertThat(run.exitCode()).as(run.err()).isEqualTo(1);
        assertThat(infos("unseen")).isEqualTo(expectedInfos(1));
    }

    @Test
    void firstSequenceAndContinueExcludeEachOther() throws IOException {
        CommandRun run = append("both", reports("both.csv", 1), "--first-sequence", "2", "--continue");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("either --first-sequence or --continue").hasLineCount(2);
    }

    @Test
    void gapIsToldWithTheSequenceThatIsExpected() throws IOException {
        CommandRun run = append("gap", reports("gap.csv", 3), "--first-sequence", "5");

        assertThat(run.exitCode()).isEqualTo(64 + 9);
        assertThat(run.out()).isEmpty();
        assertThat(run.err())
                .contains("Everything up to sequence 0 is durable.")
                .doesNotContain("the same command")
                .contains("FAILED_PRECONDITION: ")
                .contains("the next sequence of the source is 1");
    }

    @Test
    void badLineStopsAndThoseBeforeItAreDurable() throws IOException {
        Path file = Files.writeString(directory.resolve("bad.csv"), "OK,1\nOK,2\nSAD,3\nOK,4\n");

        CommandRun bad = append("bad", file.toString());
        Files.writeString(file, "OK,1\nOK,2\nTIRED,3\nOK,4\n");
        CommandRun corrected = append("bad", file.toString());

        assertThat(bad.exitCode()).isEqualTo(2);
        assertThat(bad.out()).isEmpty();
        assertThat(bad.err())
                .contains("bad.csv:3: Expected a status")
                .contains("Everything up to sequence 2 is durable");
        assertThat(corrected.outLines()).containsExactly(stored(2, 2, 4));
        assertThat(infos("bad")).isEqualTo(expectedInfos(4));
    }

    @Test
    void refusedReportEndsItAtOnceWithItsField() throws IOException {
        Path file = Files.writeString(directory.resolve("long.csv"), "OK,1\nOK," + "x".repeat(5_000) + "\n");

        CommandRun run = append("long", file.toString());

        assertThat(run.exitCode()).isEqualTo(64 + 3);
        assertThat(run.err())
                .contains("INVALID_ARGUMENT: ")
                .contains("].info: ")
                .containsPattern("is durable\\. The refused request begins with sequence \\d+: that is reports\\[0]\\."
                        + " Correct the report, and the same command goes on from there\\.");
    }

    @Test
    void timesOfStandardInputAreAppended() throws Exception {
        CommandRun run = appendStdin(
                "stdin", "{\"status\":\"TIRED\",\"info\":\"näher\",\"reported_at\":\"2026-02-03T04:05:06.123Z\"}\n");

        assertThat(run).isEqualTo(new CommandRun(0, stored(1, 0, 1) + System.lineSeparator(), ""));
        assertThat(read("stdin"))
                .singleElement()
                .asString()
                .contains("\"info\":\"näher\",\"reported_at\":\"2026-02-03T04:05:06.123000000Z\"");
    }

    @Test
    void anotherAppendOfTheSameSourceTakesOver() throws Exception {
        Path own = Files.createDirectory(directory.resolve("taken"));
        try (RunningCommand first = startAppend("taken", ReportPipe.create(own).path())) {
            await().atMost(Duration.ofSeconds(30)).pollDelay(Duration.ZERO).until(() -> stored("taken"));

            CommandRun second = append("taken", reports("taken.csv", 1), "--first-sequence", "1");

            assertThat(second.exitCode()).isZero();
            CommandRun ended = first.await();
            assertThat(ended.exitCode()).isEqualTo(64 + 10);
            assertThat(ended.err())
                    .contains("ABORTED: Another stream of the source taken has taken over")
                    .contains("is durable: the same command goes on from there.");
        }
        List<String> infos = infos("taken");
        assertThat(infos).isEqualTo(expectedInfos(infos.size()));
    }

    @Test
    void killedServerThatComesBackGetsEverythingOnce() throws Exception {
        ReportPipe pipe = ReportPipe.create(directory);
        int count;
        try (RunningCommand append = startAppend("killed", pipe.path())) {
            await().atMost(Duration.ofSeconds(30)).pollDelay(Duration.ZERO).until(() -> stored("killed"));

            server.kill();
            server.comeBack();

            count = pipe.close();
            CommandRun run = append.await();
            assertThat(run.exitCode()).isZero();
            assertThat(run.outLines()).containsExactly(stored(count, 0, count));
            assertThat(run.err()).contains("Trying again for up to 300 s.").doesNotContain("does not speak gRPC");
        }
        assertThat(infos("killed")).isEqualTo(expectedInfos(count));
    }

    @Test
    void missingServerIsGivenUpInTime() throws IOException {
        String file = reports("missing.csv", 1);
        int closedPort;
        try (ServerSocket socket = new ServerSocket(0)) {
            closedPort = socket.getLocalPort();
        }

        CommandRun run = CommandRun.of(
                "append", "--source", "a", file, "--retry-for", "300ms", "--target", "localhost:" + closedPort);

        assertThat(run.exitCode()).isEqualTo(64 + 14);
        assertThat(run.err().lines())
                .satisfiesExactly(
                        note -> assertThat(note)
                                .startsWith("Nothing answers at ")
                                .endsWith(" Trying again for up to 0.3 s."),
                        note -> assertThat(note).isEqualTo("Nothing was sent."),
                        end -> assertThat(end).startsWith("Nothing answers at "));
    }

    @Test
    void firstSequenceOfZeroIsWrongUsage() throws IOException {
        CommandRun run = append("zero", reports("zero.csv", 1), "--first-sequence", "0");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("--first-sequence").hasLineCount(2);
    }

    private static CommandRun append(String source, String file, String... options) {
        List<String> args = new ArrayList<>(List.of("append", "--source", source, file, "--target", server.target()));
        args.addAll(List.of(options));
        return CommandRun.of(args.toArray(String[]::new));
    }

    private static RunningCommand startAppend(String source, String file) {
        return RunningCommand.start("append", "--source", source, file, "--target", server.target());
    }

    /** Appends from standard input, which is a regular file. */
    private static CommandRun appendStdin(String source, String input, String... options) throws Exception {
        return CommandRun.of(directory, input, appendStdinWords(source, options));
    }

    private static CommandRun appendPipe(String source, String input) throws Exception {
        try (RunningProgram append = RunningProgram.start(directory, appendStdinWords(source))) {
            append.write(input);
            append.closeInput();
            int exitCode = append.exitCode();
            return new CommandRun(exitCode, String.join("\n", append.outLines()), append.err());
        }
    }

    private static List<String> appendStdinWords(String source, String... options) {
        List<String> words = ServerProcess.command("append", "--source", source, "-", "--target", server.target());
        words.addAll(List.of(options));
        return words;
    }

    private static String stored(long stored, long alreadyThere, long durable) {
        return "stored " + stored + ", already there " + alreadyThere + ", durable sequence " + durable;
    }

    private static boolean stored(String source) {
        return CommandRun.of("sources", "--json", "--target", server.target())
                .out()
                .contains("\"source\":\"" + source + "\"");
    }

    /** Writes reports whose infos are their numbers. */
    private static String reports(String name, int count) throws IOException {
        String rows =
                IntStream.rangeClosed(1, count).mapToObj(i -> "OK," + i + "\n").collect(Collectors.joining());
        return Files.writeString(directory.resolve(name), rows).toString();
    }

    private static List<String> infos(String source) {
        return read(source).stream()
                .map(line -> line.replaceAll(".*\"info\":\"(.*?)\".*", "$1"))
                .toList();
    }

    private static List<String> read(String source) {
        return CommandRun.of("read", "--json", "--source", source, "--target", server.target())
                .outLines();
    }

    private static List<String> expectedInfos(int count) {
        return IntStream.rangeClosed(1, count).mapToObj(Integer::toString).toList();
    }
}
