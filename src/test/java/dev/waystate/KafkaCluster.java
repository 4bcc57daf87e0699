package dev.waystate;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Uuid;

/** Three Kafka brokers, each in a process of its own. */
public final class KafkaCluster implements AutoCloseable {

    private static final int SIZE = 3;

    private final List<KafkaBroker> brokers = new ArrayList<>();

    private KafkaCluster() {}

    /** Starts the brokers, which keep their data in a directory, with further settings ({@code name=value}). */
    public static KafkaCluster start(Path directory, String... settings) throws IOException {
        String clusterId = Uuid.randomUuid().toString();
        Map<Integer, Integer> voters =
                Map.of(1, KafkaBroker.freePort(), 2, KafkaBroker.freePort(), 3, KafkaBroker.freePort());
        KafkaCluster cluster = new KafkaCluster();
        try {
            for (int id = 1; id <= SIZE; id++) {
                cluster.brokers.add(new KafkaBroker(
                        id, KafkaBroker.freePort(), directory.resolve("broker-" + id), clusterId, voters, settings));
            }
            for (KafkaBroker broker : cluster.brokers) {
                broker.launch();
            }
            for (KafkaBroker broker : cluster.brokers) {
                broker.awaitBrokers(SIZE);
            }
            return cluster;
        } catch (IOException | RuntimeException | AssertionError problem) {
            cluster.close();
            throw problem;
        }
    }

    /** Returns the addresses of all brokers, for {@code bootstrap.servers}. */
    public String bootstrap() {
        return brokers.stream().map(KafkaBroker::bootstrap).collect(Collectors.joining(","));
    }

    public List<KafkaBroker> brokers() {
        return List.copyOf(brokers);
    }

    /**
     * Creates a topic of one partition and three replicas, with settings of its own ({@code name=value}). Unless they
     * say otherwise, a record is acknowledged when two replicas have it.
     */
    public void createTopic(String name, String... settings) throws ExecutionException, InterruptedException {
        KafkaBroker.create(running().admin(), name, SIZE, Map.of("min.insync.replicas", "2"), settings);
    }

    /** Returns the broker that leads a topic's partition, as a running one knows it. */
    public KafkaBroker leader(String topic) throws ExecutionException, InterruptedException {
        Admin admin = running().admin();
        int leader = admin.describeTopics(List.of(topic))
                .topicNameValues()
                .get(topic)
                .get()
                .partitions()
                .get(0)
                .leader()
                .id();
        return brokers.get(leader - 1);
    }

    private KafkaBroker running() {
        return brokers.stream()
                .filter(broker -> broker.process().isAlive())
                .findFirst()
                .orElseThrow();
    }

    @Override
    public void close() {
        brokers.forEach(KafkaBroker::close);
    }
}
