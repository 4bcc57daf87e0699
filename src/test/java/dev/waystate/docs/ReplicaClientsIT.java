package dev.waystate.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waystate.ServerProcess;
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
    private static final int REPORTS = 40_000;
    private static final int ALL = 2 * REPORTS;

    @TempDir
    private Path directory;

    @Test
    void programsInPythonAndJavaAppendAndFollowOverTheLossOfAServer() throws Exception {
        Python stubs = Python.withStubs();
        try (ReturningServer server =
                ReturningServer.start(Files.createDirectory(directory.resolve("log")), address(ONE))) {
            String addresses = "ipv4:" + ONE + ":" + server.port() + "," + OTHER + ":" + server.port();
            List<String> python = stubs.command("replicas.py", Sample.PYTHON_REPLICAS.text());
            List<String> java = java();
            String name = "dns:///" + NAME + ":" + server.port();
            List<String> simple =
                    stubs.command("follow.py", Sample.PYTHON_FOLLOW.text().replace("localhost:50051", addresses));
            try (RunningProgram pythonFollower = start(python, "follow", addresses);
                    RunningProgram javaFollower = start(java, "follow", name);
                    RunningProgram simpleFollower = start(simple);
                    RunningProgram pythonAppend = start(python, "append", addresses, "cow-7", "" + REPORTS);
                    RunningProgram javaAppend = start(java, "append", name, "cow-8", "" + REPORTS)) {
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> follows(pythonFollower) && follows(javaFollower) && follows(simpleFollower));

                server.kill();
                server.comeBack(address(OTHER));

                assertStored(pythonAppend);
                assertStored(javaAppend);
                assertEachOnceInOrder(pythonFollower);
                assertEachOnceInOrder(javaFollower);
                assertEachOnceInOrder(simpleFollower);
            }
        }
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

    private static boolean follows(RunningProgram follower) {
        return !follower.outLines().isEmpty();
    }

    private static void assertStored(RunningProgram append) throws InterruptedException {
        assertThat(append.exitCode()).as(append.err()).isZero();
        assertThat(append.outLines()).startsWith("durable " + REPORTS);
    }

    private static void assertEachOnceInOrder(RunningProgram follower) {
        await().atMost(Duration.ofSeconds(60)).until(() -> follower.outLines().size() >= ALL);
        assertThat(follower.outLines().stream().map(line -> Long.valueOf(line.split(" ")[0])))
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, ALL).boxed().toList());
    }

    private List<String> java() throws IOException {
        JavaSample.compile(directory, Sample.JAVA_REPLICAS.text(), Sample.JAVA_REPLICAS_CONFIGURATION.text());
        Path hosts = Files.writeString(directory.resolve("hosts"), ONE + " " + NAME + "\n" + OTHER + " " + NAME + "\n");
        return List.of(
                ServerProcess.java(),
                "-XX:TieredStopAtLevel=1",
                "-Djdk.net.hosts.file=" + hosts,
                "-cp",
                JavaSample.classPath(directory),
                "Replicas");
    }

    private RunningProgram start(List<String> program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(program);
        command.addAll(List.of(arguments));
        return RunningProgram.start(directory, command);
    }

    private static String address(String address) {
        return "--grpc.server.address=" + address;
    }
}
