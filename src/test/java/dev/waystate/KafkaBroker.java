package dev.waystate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.Uuid;

/**
 * A Kafka broker, and controller, in a process of its own: it can be killed, stopped and started again. It listens on
 * the loopback address alone, and ends when the JVM of the test ends.
 */
public final class KafkaBroker implements AutoCloseable {

    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);

    /** Below the ports that systems hand out: a port stays free while its broker is down. */
    private static final int FIRST_PORT = 20_000;

    private static final int LAST_PORT = 32_000;

    private static KafkaBroker shared;

    private final int id;
    private final int port;
    private final int securedPort;
    private final Path directory;
    private final String clusterId;
    private final Admin admin;
    private Process process;

    /**
     * Writes a broker's settings; nothing is started.
     *
     * @param voters the controllers of the cluster, with this broker's own
     */
    KafkaBroker(int id, int port, Path directory, String clusterId, Map<Integer, Integer> voters, String... settings)
            throws IOException {
        this.id = id;
        this.port = port;
        this.securedPort = freePort();
        this.directory = Files.createDirectories(directory).toAbsolutePath();
        this.clusterId = clusterId;
        String secured = Stream.of("TLS", "SASL")
                .filter(name -> Arrays.stream(settings)
                        .anyMatch(setting -> setting.startsWith("listener.name." + name.toLowerCase(Locale.ROOT))))
                .map(name -> "," + name + "://localhost:" + securedPort)
                .collect(Collectors.joining());
        Files.writeString(settingsFile(), settings(voters, secured) + String.join("\n", settings) + "\n");
        this.admin = Admin.create(Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrap(),
                AdminClientConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG,
                100));
    }

    /** Returns a broker that the tests of this JVM share and that ends with it: for those that do not break it. */
    public static synchronized KafkaBroker shared() throws IOException {
        if (shared == null) {
            shared = start(Files.createTempDirectory(Path.of("target"), "shared-kafka"));
            Runtime.getRuntime().addShutdownHook(new Thread(shared::close));
        }
        return shared;
    }

    /** Starts a broker that keeps its data in a directory, with further settings ({@code name=value}). */
    public static KafkaBroker start(Path directory, String... settings) throws IOException {
        return start(freePort(), directory, settings);
    }

    /** Starts a broker with a setting that depends on its port, such as another one that its clients are to use. */
    public static KafkaBroker start(Path directory, IntFunction<String> setting) throws IOException {
        int port = freePort();
        return start(port, directory, setting.apply(port));
    }

    private static KafkaBroker start(int port, Path directory, String... settings) throws IOException {
        KafkaBroker broker =
                new KafkaBroker(1, port, directory, Uuid.randomUuid().toString(), Map.of(1, freePort()), settings);
        try {
            broker.launch();
            broker.awaitBrokers(1);
            return broker;
        } catch (IOException | RuntimeException | AssertionError problem) {
            broker.close();
            throw problem;
        }
    }

    /** Returns the broker's address, for {@code bootstrap.servers}. */
    public String bootstrap() {
        return "127.0.0.1:" + port;
    }

    /**
     * Returns the address of the listener TLS, or SASL, which a broker has whose settings name one with
     * {@code listener.name.tls.} or {@code listener.name.sasl.}.
     */
    public String securedBootstrap() {
        return "localhost:" + securedPort;
    }

    public int id() {
        return id;
    }

    /** Returns a client of this broker that ends with it. */
    public Admin admin() {
        return admin;
    }

    public Process process() {
        return process;
    }

    /** Creates a topic of one partition and one replica, with settings of its own ({@code name=value}). */
    public void createTopic(String name, String... settings) throws ExecutionException, InterruptedException {
        createTopic(name, Map.of(), settings);
    }

    /** Creates such a topic with settings, and others ({@code name=value}) that go before them. */
    public void createTopic(String name, Map<String, String> settings, String... others)
            throws ExecutionException, InterruptedException {
        create(admin, name, 1, settings, others);
    }

    static void create(Admin admin, String name, int replicas, Map<String, String> settings, String... others)
            throws ExecutionException, InterruptedException {
        Map<String, String> configs = new HashMap<>(settings);
        for (String other : others) {
            String[] setting = other.split("=", 2);
            configs.put(setting[0], setting[1]);
        }
        NewTopic topic = new NewTopic(name, Optional.of(1), Optional.of((short) replicas)).configs(configs);
        Uuid id = admin.createTopics(List.of(topic)).topicId(name).get();
        // The controller has made it; a broker hears of it later.
        await().atMost(START_TIMEOUT)
                .pollInterval(Duration.ofMillis(20))
                .ignoreExceptions()
                .until(() -> admin.describeTopics(List.of(name))
                        .topicNameValues()
                        .get(name)
                        .get()
                        .topicId()
                        .equals(id));
    }

    /** Ends the process as {@code kill -9} does. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Starts the process again, on its port and its data, and waits until it answers. */
    public void restart() throws IOException {
        launch();
        awaitBrokers(1);
    }

    /** Stops the process where it is, as {@code kill -STOP} does: its connections stay open. */
    public void pause() throws IOException, InterruptedException {
        signal("STOP");
    }

    /** Lets a stopped process go on. */
    public void resume() throws IOException, InterruptedException {
        signal("CONT");
    }

    /** Ends the process; its data stay. */
    @Override
    public void close() {
        admin.close(Duration.ZERO);
        if (process != null) {
            process.destroyForcibly().onExit().join();
        }
    }

    void launch() throws IOException {
        assertThat(process == null || !process.isAlive())
                .as("the broker %d has ended", id)
                .isTrue();
        List<String> command = List.of(
                ServerProcess.java(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx512m",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                KafkaBrokerProgram.class.getName(),
                settingsFile().toString(),
                clusterId);
        process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output().toFile()))
                .start();
    }

    /** Waits until this broker answers, and knows of as many brokers that take requests, itself among them. */
    void awaitBrokers(int count) throws IOException {
        await().atMost(START_TIMEOUT)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> !process.isAlive() || knows(count));
        assertThat(process.isAlive())
                .as(() -> "a running broker, but: " + text())
                .isTrue();
    }

    private boolean knows(int count) throws InterruptedException {
        try {
            var nodes = admin.describeCluster(new DescribeClusterOptions().timeoutMs(2_000))
                    .nodes()
                    .get();
            return nodes.size() >= count && nodes.stream().anyMatch(node -> node.id() == id);
        } catch (ExecutionException notYet) {
            return false;
        }
    }

    private void signal(String name) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .inheritIO()
                .start();
        assertThat(kill.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(kill.exitValue()).isZero();
    }

    private String settings(Map<Integer, Integer> voters, String moreListeners) {
        return """
                process.roles=broker,controller
                node.id=%d
                listeners=BROKER://%s,CONTROLLER://127.0.0.1:%d%s
                listener.security.protocol.map=BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT,TLS:SSL,SASL:SASL_PLAINTEXT
                inter.broker.listener.name=BROKER
                controller.listener.names=CONTROLLER
                controller.quorum.voters=%s
                controller.quorum.election.timeout.ms=500
                controller.quorum.fetch.timeout.ms=1000
                broker.session.timeout.ms=1500
                broker.heartbeat.interval.ms=300
                log.dirs=%s
                log.cleaner.dedupe.buffer.size=2097152
                auto.create.topics.enable=false
                group.initial.rebalance.delay.ms=0
                offsets.topic.num.partitions=1
                offsets.topic.replication.factor=1
                transaction.state.log.num.partitions=1
                transaction.state.log.replication.factor=1
                transaction.state.log.min.isr=1
                """.formatted(
                        id,
                        bootstrap(),
                        voters.get(id),
                        moreListeners,
                        voters.entrySet().stream()
                                .map(voter -> voter.getKey() + "@127.0.0.1:" + voter.getValue())
                                .collect(Collectors.joining(",")),
                        directory.resolve("data"));
    }

    private Path settingsFile() {
        return directory.resolve("broker.properties");
    }

    private Path output() {
        return directory.resolve("broker.log");
    }

    private String text() {
        try {
            return Files.readString(output());
        } catch (IOException unreadable) {
            return unreadable.toString();
        }
    }

    /** Returns a port that nobody has, and that the system gives to nobody who asks for any. */
    public static int freePort() throws IOException {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(FIRST_PORT, LAST_PORT);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (BindException taken) {
                // another, then
            }
        }
    }
}
