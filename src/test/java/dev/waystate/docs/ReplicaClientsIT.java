package dev.waystate.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waystate.ServerProcess;
import dev.waystate.cli.CommandRun;
import dev.waystate.cli.ReturningServer;
import dev.waystate.cli.RunningProgram;
import dev.waystate.interop.Python;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import net.devh.boot.grpc.client.config.GrpcChannelProperties;
import net.devh.boot.grpc.client.config.GrpcChannelsProperties;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.io.ByteArrayResource;

/** Runs the programs of the pages that outlive a server: one is killed, and another begins at another address. */
@Timeout(120)
class ReplicaClientsIT {

    private static final String ONE = "127.0.0.1";
    private static final String OTHER = "127.0.0.2";
    private static final String NAME = "waystate.test";
    private static final int REPORTS = 60_000;

    @TempDir
    private static Path directory;

    private static ReturningServer server;
    private static boolean isAtOther;
    private static int stored;

    @BeforeAll
    static void start() throws IOException {
        server = ReturningServer.start(Files.createDirectory(directory.resolve("log")), address(ONE));
        CommandRun report = CommandRun.of("report", "--status", "OK", "--target", server.target());
        assertThat(report.exitCode()).as(report.err()).isZero();
        stored = 1;
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void pythonProgramsAppendAndFollowOverTheLossOfAServer() throws Exception {
        Python python = Python.withStubs();
        String addresses = "ipv4:" + ONE + ":" + server.port() + "," + OTHER + ":" + server.port();
        String simple = Sample.PYTHON_FOLLOW.text().replace("localhost:50051", addresses);
        try (RunningProgram follower = start(python.command("follow.py", simple))) {
            appendAndFollow(python.command("replicas.py", impatient()), addresses, "cow-7");
            assertEachOnceInOrder(follower);
        }
    }

    @Test
    void javaProgramAppendsAndFollowsOverTheLossOfAServer() throws Exception {
        JavaSample.compile(directory, Sample.JAVA_REPLICAS.text(), Sample.JAVA_REPLICAS_CONFIGURATION.text());
        Path hosts = Files.writeString(directory.resolve("hosts"), ONE + " " + NAME + "\n" + OTHER + " " + NAME + "\n");
        List<String> program = List.of(
                ServerProcess.java(),
                "-XX:TieredStopAtLevel=1",
                "-Djdk.net.hosts.file=" + hosts,
                "-cp",
                JavaSample.classPath(directory),
                "Replicas");
        appendAndFollow(program, "dns:///" + NAME + ":" + server.port(), "cow-8");
    }

    @Test
    void propertiesOfTheStarterAreThose() throws IOException {
        MutablePropertySources sources = new MutablePropertySources();
        new YamlPropertySourceLoader()
                .load(
                        "page",
                        new ByteArrayResource(Page.docs("clients.md")
                                .block("yaml", "grpc:")
                                .text()
                                .getBytes()))
                .forEach(sources::addLast);
        GrpcChannelProperties channel = new Binder(ConfigurationPropertySources.from(sources))
                .bind("grpc", GrpcChannelsProperties.class)
                .get()
                .getChannel("waystate");

        assertThat(channel.getAddress()).isEqualTo(URI.create("dns:///waystate.example:50051"));
        assertThat(channel.getDefaultLoadBalancingPolicy()).isEqualTo("round_robin");
        assertThat(channel.isEnableKeepAlive()).isTrue();
        assertThat(channel.getKeepAliveTime()).isEqualTo(Duration.ofSeconds(10));
        assertThat(channel.getKeepAliveTimeout()).isEqualTo(Duration.ofSeconds(10));
    }

    /** Returns the program with shorter pauses. */
    private static String impatient() {
        String text = Sample.PYTHON_REPLICAS.text();
        assertThat(text).contains("_backoff_ms\", 5_000");
        return text.replace("_backoff_ms\", 5_000", "_backoff_ms\", 500");
    }

    /** Kills the server while a program appends and another follows, and has it come back at its other address. */
    private static void appendAndFollow(List<String> program, String target, String source) throws Exception {
        try (RunningProgram follower = start(program, "follow", target)) {
            awaitLines(follower, stored);
            appendAndFollow(follower, start(program, "append", target, source, Integer.toString(REPORTS)));
        }
    }

    private static void appendAndFollow(RunningProgram follower, RunningProgram append) throws Exception {
        try (append) {
            awaitLines(follower, stored + 1);
            assertThat(append.isRunning()).isTrue();

            server.kill();
            isAtOther = !isAtOther;
            server.comeBack(address(isAtOther ? OTHER : ONE));

            stored += REPORTS;
            assertThat(append.exitCode()).as(append.err()).isZero();
            assertThat(append.outLines()).containsExactly("durable " + REPORTS, "head " + stored);
            assertEachOnceInOrder(follower);
        }
    }

    private static void assertEachOnceInOrder(RunningProgram follower) {
        awaitLines(follower, stored);
        assertThat(follower.outLines().stream().map(line -> Long.valueOf(line.split(" ")[0])))
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, stored).boxed().toList());
    }

    private static void awaitLines(RunningProgram follower, int count) {
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> follower.outLines().size() >= count);
    }

    private static RunningProgram start(List<String> program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(program);
        command.addAll(List.of(arguments));
        return RunningProgram.start(directory, command);
    }

    private static String address(String address) {
        return "--grpc.server.address=" + address;
    }
}
