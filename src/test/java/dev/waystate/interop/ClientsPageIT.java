package dev.waystate.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waystate.ServerProcess;
import dev.waystate.cli.ReturningServer;
import dev.waystate.cli.RunningProgram;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import net.devh.boot.grpc.client.config.GrpcChannelProperties;
import net.devh.boot.grpc.client.config.GrpcChannelsProperties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.io.ByteArrayResource;

/** Runs what stands in {@code clients.md} against servers of which one is killed while the other has not begun. */
@Timeout(180)
class ClientsPageIT {

    private static final Path PAGE = Path.of("src", "docs", "clients.md");
    private static final String ONE = "127.0.0.1";
    private static final String OTHER = "127.0.0.2";
    private static final String NAME = "waystate.test";
    private static final int REPORTS = 100_000;

    @TempDir
    private Path directory;

    @Test
    void pythonProgramAppendsAndFollowsOverReplicas() throws Exception {
        List<String> program = Python.withStubs().command("replicas.py", block("python", "replicas.py"));

        runOverReplicas(program, port -> "ipv4:" + ONE + ":" + port + "," + OTHER + ":" + port);
    }

    @Test
    void javaProgramAppendsAndFollowsOverReplicas() throws Exception {
        compile("Replicas", "ReplicasConfiguration");
        Path hosts = Files.writeString(directory.resolve("hosts"), ONE + " " + NAME + "\n" + OTHER + " " + NAME + "\n");
        List<String> program = List.of(
                ServerProcess.java(),
                "-Djdk.net.hosts.file=" + hosts,
                "-cp",
                directory + ":" + System.getProperty("java.class.path"),
                "Replicas");

        runOverReplicas(program, port -> "dns:///" + NAME + ":" + port);
    }

    @Test
    void propertiesOfTheStarterAreThose() throws IOException {
        MutablePropertySources sources = new MutablePropertySources();
        new YamlPropertySourceLoader()
                .load("page", new ByteArrayResource(block("yaml", "grpc:").getBytes()))
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

    private interface Target {

        String of(int port);
    }

    private void runOverReplicas(List<String> program, Target target) throws Exception {
        try (ReturningServer server =
                ReturningServer.start(Files.createDirectory(directory.resolve("log")), address(ONE))) {
            String replicas = target.of(server.port());
            try (RunningProgram follower = start(program, "follow", replicas);
                    RunningProgram append = start(program, "append", replicas, "cow-7", Integer.toString(REPORTS))) {
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> !follower.outLines().isEmpty());
                assertThat(append.isRunning()).isTrue();

                server.kill();
                server.comeBack(address(OTHER));

                assertThat(append.exitCode()).as(append.err()).isZero();
                assertThat(append.outLines()).containsExactly("durable " + REPORTS, "head " + REPORTS);
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> follower.outLines().size() >= REPORTS);
                assertThat(follower.outLines())
                        .containsExactlyElementsOf(IntStream.rangeClosed(1, REPORTS)
                                .mapToObj(position -> position + " cow-7")
                                .toList());
            }
        }
    }

    private RunningProgram start(List<String> program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(program);
        command.addAll(List.of(arguments));
        return RunningProgram.start(directory, command);
    }

    private static String address(String address) {
        return "--grpc.server.address=" + address;
    }

    private void compile(String... classes) throws IOException {
        List<Path> files = new ArrayList<>();
        for (String name : classes) {
            files.add(Files.writeString(directory.resolve(name + ".java"), block("java", "class " + name + " {")));
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter problems = new StringWriter();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
            boolean done = compiler.getTask(
                            problems,
                            manager,
                            null,
                            List.of("-cp", System.getProperty("java.class.path"), "-d", directory.toString()),
                            null,
                            manager.getJavaFileObjectsFromPaths(files))
                    .call();
            assertThat(done).as(problems.toString()).isTrue();
        }
    }

    /** Returns the block of a language that has this text. */
    private static String block(String language, String text) throws IOException {
        return Pattern.compile("(?ms)^```" + language + "\n(.*?)^```$")
                .matcher(Files.readString(PAGE))
                .results()
                .map((MatchResult block) -> block.group(1))
                .filter(block -> block.contains(text))
                .findFirst()
                .orElseThrow();
    }
}
