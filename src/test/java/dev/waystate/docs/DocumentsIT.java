package dev.waystate.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.waystate.ServerProcess;
import dev.waystate.cli.CommandRun;
import dev.waystate.cli.RunningProgram;
import dev.waystate.docs.Page.Block;
import dev.waystate.interop.Python;
import dev.waystate.ops.Command;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import net.devh.boot.grpc.client.autoconfigure.GrpcClientAutoConfiguration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** Runs the samples of the README and of the pages against one server, as a reader would paste them. */
@Timeout(120)
@TestMethodOrder(OrderAnnotation.class)
class DocumentsIT {

    private static final Pattern TIME = Pattern.compile("\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z");
    private static final Set<String> CLIENT_COMMANDS =
            Set.of("displace", "health", "history", "read", "report", "sources", "summary");
    private static final Pattern KEY = Pattern.compile("(\\w+)=");

    @TempDir
    private static Path directory;

    private static ServerProcess server;
    private static Terminal terminal;

    @BeforeAll
    static void start() throws IOException {
        server = ServerProcess.start(directory);
        terminal = Terminal.of(server, directory);
        Files.createDirectory(directory.resolve("backups"));
        Files.writeString(directory.resolve("monday.csv"), "OK,,,1,2\nTIRED,\n");
        Files.writeString(directory.resolve("tuesday.csv"), "STARVED,no grass,,3,4\n");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /**
     * Runs first, and in the order of the pages, since what the blocks print depends on what is stored. Each line of a
     * script succeeds, and prints what stands below it in a session.
     */
    @TestFactory
    @Order(1)
    Stream<DynamicTest> shellBlocksDoWhatTheySay() {
        for (String program : List.of("curl", "sqlite3")) {
            assumeTrue(Command.isOnPath(program), program + " is not on the PATH: install it to run this");
        }
        return Page.all().stream()
                .flatMap(page -> page.blocks().stream())
                .filter(DocumentsIT::isRunHere)
                .map(block -> dynamicTest(block.toString(), () -> run(block)));
    }

    @Test
    void fileOfEachFormatIsTaken() throws IOException {
        assertThat(append("csv", Sample.CSV.text()).out()).startsWith("stored 2,");
        assertThat(append("json", Sample.JSON.text()).out()).startsWith("stored 1,");
    }

    @Test
    void pythonAppendsEachReportOnceHoweverOftenItIsRun() throws Exception {
        Python python = Python.withStubs();
        List<String> program = python.command("append.py", terminal.adapted(Sample.PYTHON_APPEND.text()));
        for (int i = 0; i < 2; i++) {
            CommandRun run = CommandRun.of(directory, "", program);
            assertThat(run.exitCode()).as(run.err()).isZero();
        }
        assertThat(client("history", "cow-8", "--json").outLines()).hasSize(2);
    }

    @Test
    void pythonFollowsFromWhereItWasAfterItWasKilled() throws Exception {
        Python python = Python.withStubs();
        List<String> program = python.command("follow.py", terminal.adapted(Sample.PYTHON_FOLLOW.text()));
        report("before");
        try (RunningProgram follower = RunningProgram.start(directory, program)) {
            await().atMost(Duration.ofSeconds(20)).until(() -> saw(follower, "before"));
            await().atMost(Duration.ofSeconds(20)).until(() -> Files.exists(directory.resolve("place")));
        }
        report("after");
        try (RunningProgram follower = RunningProgram.start(directory, program)) {
            await().atMost(Duration.ofSeconds(20)).until(() -> saw(follower, "after"));
            assertThat(saw(follower, "before")).isFalse();
        }
    }

    @Test
    void pythonOfTheFieldComputesAndReports() throws Exception {
        Python python = Python.withStubs();
        List<String> program = python.command("field.py", terminal.adapted(Sample.PYTHON_FIELD.text()));
        CommandRun run = CommandRun.of(directory, "", program);
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.outLines()).containsExactly("12.165525436401367");
        assertThat(Page.docs("clients.md").text()).contains("It prints `12.165525436401367`");
        assertThat(client("history", "cow-9", "--json").outLines()).hasSize(2);
    }

    @Test
    void javaListsTheStates() throws Exception {
        report("java");
        JavaSample.compile(directory, terminal.adapted(Sample.JAVA_STATES.text()));
        CommandRun run = CommandRun.of(
                directory,
                "",
                List.of(
                        ServerProcess.java(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        JavaSample.classPath(directory),
                        "States"));
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.outLines()).contains("java TIRED");
    }

    @Test
    void springApplicationCallsByItsAnnotatedStub() throws Exception {
        report("spring");
        JavaSample.compile(directory, Sample.JAVA_HERD.text());
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {directory.toUri().toURL()})) {
            new ApplicationContextRunner()
                    .withConfiguration(AutoConfigurations.of(GrpcClientAutoConfiguration.class))
                    .withPropertyValues(
                            "grpc.client.waystate.address=static://" + server.target(),
                            "grpc.client.waystate.negotiation-type=plaintext")
                    .withUserConfiguration(loader.loadClass("Herd"))
                    .run(context -> {
                        Object herd = context.getBean("herd");
                        Method reports = herd.getClass().getDeclaredMethod("reports");
                        reports.setAccessible(true);
                        assertThat((long) reports.invoke(herd)).isPositive();
                    });
        }
    }

    @Test
    void lineOfACallHasTheKeysOfThePage() {
        report("line");
        List<String> documented = keys(Sample.CALL_LINE.text());
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(server.output())
                        .anySatisfy(line -> assertThat(line).contains("call method=")));
        assertThat(server.output().stream().filter(line -> line.contains(" call method=")))
                .allSatisfy(line ->
                        assertThat(documented).containsSubsequence(keys(line.substring(line.indexOf("call method=")))));
    }

    @Test
    void demonstrationShowsEachRecordOnceThoughTheServerIsKilled(@TempDir Path elsewhere) throws Exception {
        Terminal fresh = Terminal.withFreePorts(elsewhere);
        String second = changed(Sample.DEMONSTRATION_SECOND.text(), "1000", "300");
        second = changed(second, "sleep 4;", "sleep 1;");
        try (RunningProgram follower = fresh.start(Sample.DEMONSTRATION_FIRST.text())) {
            try {
                await().atMost(Duration.ofSeconds(40))
                        .until(() -> follower.err().contains("caught up"));
                CommandRun run = fresh.run(second);
                assertThat(run.exitCode()).as(run.err()).isZero();
                assertThat(run.outLines())
                        .containsExactlyElementsOf(changed(Sample.DEMONSTRATION_OUTPUT.text(), "1000", "300")
                                .lines()
                                .toList());
                assertThat(follower.err()).contains("the connection was lost");
            } finally {
                fresh.run("kill -9 $(cat server.pid)");
                follower.endAll();
            }
        }

        // The control: the last line of the demonstration finds what is missing.
        Path seen = elsewhere.resolve("seen.txt");
        Files.writeString(seen, Files.readString(seen).replaceFirst("(?m)^ +200 .*\n", ""));
        assertThat(fresh.run(second.substring(second.indexOf("awk"))).out()).contains("gap or double at 201");
    }

    /** Shortens the demonstration. */
    private static String changed(String text, String part, String other) {
        assertThat(text).contains(part);
        return text.replace(part, other);
    }

    private static boolean isRunHere(Block block) {
        return block.kind().equals("console")
                || block.kind().equals("sh")
                        && Programs.areRun(Shell.programs(block.text()))
                        && Stream.of(Sample.DEMONSTRATION_FIRST, Sample.DEMONSTRATION_SECOND)
                                .noneMatch(sample -> sample.text().equals(block.text()));
    }

    private static void run(Block block) throws Exception {
        if (block.kind().equals("console")) {
            runSession(block.text());
        } else if (block.text().matches("[^$<>\\\\]*")) {
            for (String line : block.text().lines().toList()) {
                runLine(line);
            }
        } else {
            succeed(terminal.run(block.text()));
        }
    }

    /** Compares what a terminal would show, but for the times. */
    private static void runSession(String session) throws Exception {
        List<String> printed = new ArrayList<>();
        for (String line : session.lines().filter(line -> line.startsWith("$ ")).toList()) {
            printed.add(line);
            CommandRun run = runLine(line.substring(2));
            Stream.concat(run.err().lines(), run.out().lines())
                    .map(DocumentsIT::withoutTimes)
                    .forEach(printed::add);
        }
        assertThat(printed)
                .isEqualTo(session.lines().map(DocumentsIT::withoutTimes).toList());
    }

    /** Runs a line in the shell, or in this JVM if it is a client command alone that names no file: that is quicker. */
    private static CommandRun runLine(String line) throws Exception {
        List<List<String>> programs = Shell.programs(line);
        List<String> words = programs.get(0);
        boolean alone = programs.size() == 1 && words.get(0).equals("waystate");
        return alone && CLIENT_COMMANDS.contains(words.get(1))
                ? client(words.subList(1, words.size()).toArray(String[]::new))
                : succeed(terminal.run(line));
    }

    private static CommandRun succeed(CommandRun run) {
        assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
        return run;
    }

    private static String withoutTimes(String line) {
        return TIME.matcher(line).replaceAll("TIME");
    }

    private static boolean saw(RunningProgram follower, String source) {
        return follower.outLines().stream().anyMatch(line -> line.contains(" " + source + " "));
    }

    private static void report(String source) {
        client("report", "--source", source, "--status", "TIRED", "--info", "as on the page");
    }

    private static CommandRun append(String source, String text) throws IOException {
        Path file = Files.writeString(directory.resolve("rows." + source), text);
        return client("append", "--source", source, file.toString());
    }

    private static CommandRun client(String... words) {
        CommandRun run = CommandRun.of(Stream.concat(Stream.of(words), Stream.of("--target", server.target()))
                .toArray(String[]::new));
        return succeed(run);
    }

    private static List<String> keys(String line) {
        return KEY.matcher(line)
                .results()
                .map((MatchResult key) -> key.group(1))
                .toList();
    }
}
