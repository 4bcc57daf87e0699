import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntConsumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A topic of Kafka with one partition, which is synced before each acknowledgement, by producers that are idempotent. */
class KafkaPeer implements Peer {

    private static final TopicPartition PARTITION = new TopicPartition("reports", 0);

    private final Map<String, Object> broker;

    KafkaPeer(int port) throws Exception {
        broker = Map.of("bootstrap.servers", "127.0.0.1:" + port);
        try (Admin admin = Admin.create(broker)) {
            if (!admin.listTopics().names().get().contains(PARTITION.topic())) {
                NewTopic topic = new NewTopic(PARTITION.topic(), 1, (short) 1).configs(Map.of("flush.messages", "1"));
                admin.createTopics(Set.of(topic)).all().get();
            }
        }
    }

    @Override
    public List<Load> loads() {
        return List.of(
                new Load("bulk", 10_000, 2, 8, () -> producer(5, 1_000_000)),
                new Load("batches", 100, 1, 8, () -> producer(1, 100_000)),
                new Load("single", 1, 1, 256, () -> producer(1, 100_000)));
    }

    @Override
    public Lane lane() {
        return producer(0, 16_384);
    }

    private Lane producer(int lingerMillis, int batchBytes) {
        Map<String, Object> settings = Map.of(
                "acks", "all", "linger.ms", lingerMillis, "batch.size", batchBytes, "buffer.memory", 64_000_000L);
        KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(with(settings), new ByteArraySerializer(), new ByteArraySerializer());
        return Lane.on(producer, reports -> {
            Acknowledgements acknowledgements = new Acknowledgements(reports);
            for (int i = 0; i < reports; i++) {
                producer.send(
                        new ProducerRecord<>(PARTITION.topic(), 0, null, REPORT),
                        (stored, problem) -> acknowledgements.take(problem));
            }
            return acknowledgements;
        });
    }

    private Map<String, Object> with(Map<String, Object> settings) {
        Map<String, Object> all = new HashMap<>(broker);
        all.putAll(settings);
        return all;
    }

    private KafkaConsumer<byte[], byte[]> consumer() {
        KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                with(Map.of("max.poll.records", 10_000, "max.partition.fetch.bytes", 8 * 1024 * 1024)),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        consumer.assign(Set.of(PARTITION));
        return consumer;
    }

    @Override
    public void replay(int reports) {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
            consumer.seekToBeginning(Set.of(PARTITION));
            int read = 0;
            while (read < reports) {
                read += consumer.poll(Duration.ofSeconds(10)).count();
            }
        }
    }

    @Override
    public void follow(IntConsumer arrived) throws Exception {
        CompletableFuture<Void> following = new CompletableFuture<>();
        Thread follower = new Thread(() -> {
            KafkaConsumer<byte[], byte[]> consumer = consumer();
            consumer.seekToEnd(Set.of(PARTITION));
            consumer.position(PARTITION);
            following.complete(null);
            while (true) {
                arrived.accept(consumer.poll(Duration.ofSeconds(1)).count());
            }
        });
        follower.setDaemon(true);
        follower.start();
        following.get();
    }

    @Override
    public long stored() {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
            return consumer.endOffsets(Set.of(PARTITION)).get(PARTITION);
        }
    }
}
