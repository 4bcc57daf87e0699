package dev.waystate.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waystate.KafkaBroker;
import dev.waystate.ServerProcess;
import dev.waystate.ops.Client;
import dev.waystate.proto.v1.Record;
import io.grpc.StatusRuntimeException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a replica does when its topic is not what it left, or not its own alone. */
@Timeout(120)
class TopicFaultsIT {

    private static final int EXIT_CODE = 74;
    private static final Duration NOTICED = Duration.ofSeconds(30);
    private static final int REPORTS = 5;

    private final String topic = "faults-" + UUID.randomUUID();

    @TempDir
    Path directory;

    private KafkaBroker broker;
    private ServerProcess replica;

    @BeforeEach
    void start() throws Exception {
        broker = KafkaBroker.shared();
        replica = startReplica();
        report();
    }

    @AfterEach
    void stop() {
        replica.close();
    }

    @Test
    void topicThatIsMadeAnewWhileTheReplicaIsStoppedIsRefused() throws Exception {
        assertThat(replica.terminate()).isEqualTo(143);
        makeAnew();
        replica = launch();

        assertThatItEndsSaying("since it was deleted and made anew or is another: correct");
    }

    @Test
    void topicThatIsMadeAnewWhileTheReplicaRunsIsRefusedAndNothingOfItIsServed() throws Exception {
        List<Record> before = LogAudit.dump(replica.grpcPort());
        makeAnew();
        try (Replicas others = Replicas.start(directory.resolve("others"), 1, broker.bootstrap(), topic)) {
            try (Client client = Client.of(others.process(0))) {
                client.streamState(10 * REPORTS); // so that the offset where the replica goes on is there
            }
            await().atMost(NOTICED).until(() -> !replica.process().isAlive() || !tells(before));
        }

        assertThatItEndsSaying("since it was deleted and made anew or is another: correct");
    }

    /** Returns whether the replica answers, with these records alone. Once it has stopped, it does not answer. */
    private boolean tells(List<Record> records) {
        try {
            assertThat(LogAudit.dump(replica.grpcPort())).isEqualTo(records);
            return true;
        } catch (StatusRuntimeException stops) {
            return false;
        }
    }

    @Test
    void topicThatIsDeletedWhileTheReplicaRunsIsRefused() throws Exception {
        broker.admin().deleteTopics(List.of(topic)).all().get();

        assertThatItEndsSaying("Expected a topic " + topic + ", but the brokers have none: make it, or correct");
    }

    @Test
    void compactionThatIsSetWhileTheReplicaRunsIsRefused() throws Exception {
        set("cleanup.policy", "compact");

        assertThatItEndsSaying("Expected cleanup.policy=delete of the topic " + topic + ", but cleanup.policy=compact");
    }

    @Test
    void retentionThatIsSetWhileTheReplicaRunsIsWarnedOf() throws Exception {
        assertThat(lines("deletes old entries")).isEmpty();

        set("retention.ms", "86400000");

        await().atMost(NOTICED)
                .until(() ->
                        !lines("The topic " + topic + " deletes old entries").isEmpty());
        assertThat(replica.process().isAlive()).isTrue();
    }

    @Test
    void recordOfOthersIsSkippedCountedAndLoggedOnce() throws Exception {
        send(record(new byte[] {1, 2, 3}));
        send(record(null));
        report();

        assertThat(LogAudit.dump(replica.grpcPort()))
                .extracting(Record::getPosition)
                .hasSize(2 * REPORTS)
                .isSorted();
        assertThat(lines("that is no entry: it is skipped")).hasSize(1);
        assertThat(Client.get(replica, "/actuator/prometheus").body()).contains("waystate_replica_foreign_total 2.0");
    }

    @Test
    void entryThatIsDamagedStopsTheReplica() throws Exception {
        ConsumerRecord<byte[], byte[]> entry = newest();
        byte[] value = entry.value().clone();
        value[value.length / 2] ^= 1;
        ProducerRecord<byte[], byte[]> damaged = record(value);
        entry.headers().forEach(damaged.headers()::add);
        long offset = send(damaged);

        assertThatItEndsSaying("The topic " + topic + " is damaged: expected an entry at offset " + offset
                + ", but its checksum is of another value");
        replica = launch();
        assertThatItEndsSaying("The topic " + topic + " is damaged: expected an entry at offset " + offset);
    }

    @Test
    void entryOfALaterFormatStopsTheReplica() throws Exception {
        ConsumerRecord<byte[], byte[]> entry = newest();
        ProducerRecord<byte[], byte[]> later = record(entry.value());
        entry.headers().forEach(header -> {
            byte[] next = header.value().clone();
            ByteBuffer.wrap(next).putInt(2);
            later.headers().add(header.key(), next);
        });
        long offset = send(later);

        assertThatItEndsSaying("The topic " + topic + " was written by a later Waystate: expected format 1, but from"
                + " offset " + offset + " on it has format 2. Run the later Waystate");
    }

    private ServerProcess startReplica() throws Exception {
        ServerProcess started = ServerProcess.start(directory, Replicas.arguments(broker.bootstrap(), topic, 1));
        try (Client client = Client.of(started)) {
            await().atMost(NOTICED).until(() -> client.health("").getNumber() == 1);
        }
        return started;
    }

    private ServerProcess launch() throws Exception {
        return ServerProcess.launch(directory, List.of(), Replicas.arguments(broker.bootstrap(), topic, 1));
    }

    private void report() throws Exception {
        try (Client client = Client.of(replica)) {
            client.streamState(REPORTS);
        }
    }

    private void assertThatItEndsSaying(String sentence) throws Exception {
        assertThat(replica.process().waitFor(NOTICED.toSeconds(), TimeUnit.SECONDS))
                .as(() -> String.join("\n", replica.output()))
                .isTrue();
        await().atMost(Duration.ofSeconds(5))
                .until(() -> !lines("ends with exit code 74").isEmpty());
        assertThat(lines("ends with exit code 74")).singleElement().asString().contains(sentence);
        assertThat(replica.process().exitValue())
                .as(() -> String.join("\n", replica.output()))
                .isEqualTo(EXIT_CODE);
    }

    private List<String> lines(String text) {
        return replica.output().stream().filter(line -> line.contains(text)).toList();
    }

    private void makeAnew() throws Exception {
        Admin admin = broker.admin();
        Map<String, String> settings =
                Map.of("message.timestamp.type", "LogAppendTime", "max.message.bytes", "8388608", "retention.ms", "-1");
        admin.deleteTopics(List.of(topic)).all().get();
        await().atMost(NOTICED)
                .ignoreExceptions()
                .untilAsserted(() -> broker.createTopic(
                        topic,
                        settings.entrySet().stream().map(Map.Entry::toString).toArray(String[]::new)));
    }

    private void set(String name, String value) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        Collection<AlterConfigOp> change =
                List.of(new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET));
        broker.admin().incrementalAlterConfigs(Map.of(resource, change)).all().get();
    }

    private ProducerRecord<byte[], byte[]> record(byte[] value) {
        return new ProducerRecord<>(topic, 0, null, value);
    }

    /** Returns the offset of what was sent. */
    private long send(ProducerRecord<byte[], byte[]> record) throws Exception {
        try (var producer = new KafkaProducer<>(
                Map.<String, Object>of("bootstrap.servers", broker.bootstrap()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            return producer.send(record).get(30, TimeUnit.SECONDS).offset();
        }
    }

    private ConsumerRecord<byte[], byte[]> newest() {
        TopicPartition partition = new TopicPartition(topic, 0);
        try (var consumer = new KafkaConsumer<>(
                Map.<String, Object>of("bootstrap.servers", broker.bootstrap()),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            consumer.seek(partition, end - 1);
            return consumer.poll(NOTICED).records(partition).get(0);
        }
    }
}
