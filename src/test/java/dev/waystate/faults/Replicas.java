package dev.waystate.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waystate.ServerProcess;
import dev.waystate.cli.ReturningServer;
import dev.waystate.faults.LogAudit.Contents;
import dev.waystate.ops.Client;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Replicas of a log, each in a process of its own, which can end and come back with its file and on its port. */
final class Replicas implements AutoCloseable {

    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final Path directory;
    private final String[] arguments;
    private final List<ReturningServer> servers = new ArrayList<>();

    private Replicas(Path directory, String[] arguments) {
        this.directory = directory;
        this.arguments = arguments;
    }

    /** Starts replicas at once, with further properties as arguments; one of them makes the topic when it is missing. */
    static Replicas start(Path directory, int number, String bootstrap, String topic, String... more) {
        Replicas replicas = new Replicas(directory, arguments(bootstrap, topic, 1, more));
        IntStream.range(0, number)
                .mapToObj(i -> CompletableFuture.supplyAsync(() -> replicas.launch(i)))
                .toList() // all are on their way
                .forEach(server -> replicas.servers.add(server.join()));
        IntStream.range(0, number).forEach(replicas::awaitServing);
        return replicas;
    }

    /** Returns what makes a server a replica. */
    static String[] arguments(String bootstrap, String topic, int brokers, String... more) {
        return Stream.concat(
                        Stream.of(
                                "--waystate.state-log.kafka.topic=" + topic,
                                "--waystate.state-log.kafka.create-replicas=" + brokers,
                                "--spring.kafka.bootstrap-servers=" + bootstrap),
                        Stream.of(more))
                .toArray(String[]::new);
    }

    private ReturningServer launch(int replica) {
        try {
            return ReturningServer.start(Files.createDirectories(directory(replica)), arguments);
        } catch (IOException problem) {
            throw new UncheckedIOException(problem);
        }
    }

    Path directory(int replica) {
        return directory.resolve("replica-" + replica);
    }

    /** Returns where a replica keeps its view. */
    Path file(int replica) {
        return directory(replica).resolve("data").resolve("waystate.db");
    }

    int size() {
        return servers.size();
    }

    ServerProcess process(int replica) {
        return servers.get(replica).process();
    }

    int port(int replica) {
        return servers.get(replica).port();
    }

    int[] ports() {
        return servers.stream().mapToInt(ReturningServer::port).toArray();
    }

    /** Returns all replicas, for {@code --target}. */
    String targets() {
        return servers.stream().map(ReturningServer::target).collect(Collectors.joining(","));
    }

    void kill(int replica) throws InterruptedException {
        servers.get(replica).kill();
    }

    /** Starts a replica again, and waits until it serves what the others do. */
    void comeBack(int replica) throws IOException {
        servers.get(replica).comeBack(arguments);
        awaitServing(replica);
    }

    void awaitServing(int replica) {
        try (Client client = Client.of(process(replica))) {
            await().atMost(TIMEOUT)
                    .ignoreException(StatusRuntimeException.class)
                    .until(() -> !process(replica).process().isAlive() || client.health("") == ServingStatus.SERVING);
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
        assertThat(process(replica).process().isAlive())
                .as(() -> String.join("\n", process(replica).output()))
                .isTrue();
    }

    /** Waits until all have applied the same, makes sure that they tell the same of it, and returns that. */
    Contents awaitAgreement() {
        await().atMost(TIMEOUT)
                .until(() -> IntStream.of(ports())
                                .mapToLong(LogAudit::head)
                                .distinct()
                                .count()
                        == 1);
        Contents contents = LogAudit.contents(port(0));
        for (int replica = 1; replica < size(); replica++) {
            assertThat(LogAudit.contents(port(replica)).equals(contents)) // which is too long for a message
                    .as("replica %d tells the same as the first one", replica)
                    .isTrue();
        }
        return contents;
    }

    @Override
    public void close() {
        servers.forEach(ReturningServer::close);
    }
}
