package dev.waystate.statelog.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.waystate.KafkaBroker;
import dev.waystate.statelog.Batch;
import dev.waystate.statelog.Report;
import dev.waystate.statelog.StateRecord;
import dev.waystate.statelog.operation.RetentionProperties;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A topic was compacted for a while: the broker has removed entries from it, and says that it begins where it did. */
@Timeout(120)
class CompactedTopicIT {

    private static final String TOPIC = "compacted";

    @TempDir
    Path directory;

    @Test
    void aReplicaWhoseNextEntriesAreGoneIsRefusedAndOneThatHasAppliedThemGoesOn() throws Exception {
        try (KafkaBroker broker = KafkaBroker.start(directory.resolve("kafka"), "log.cleaner.backoff.ms=50")) {
            new TopicClient(broker::admin, TOPIC).create(1, 1, Replica.LARGEST_ENTRY);
            set(broker, Map.of("segment.ms", "50", "min.cleanable.dirty.ratio", "0"));
            long behind;
            try (Replica replica = replica(broker, "behind").awaitReady()) {
                append(replica, "first");
                behind = new TopicClient(broker::admin, TOPIC).awaitEnd();
            }
            try (Replica replica = replica(broker, "ahead").awaitReady()) {
                for (String info : List.of("second", "third", "fourth", "fifth")) {
                    append(replica, info);
                }
            }
            set(broker, Map.of("cleanup.policy", "compact"));
            await().atMost(Duration.ofSeconds(60)).until(() -> firstOffset(broker) > behind + 2);
            set(broker, Map.of("cleanup.policy", "delete"));

            assertThatItIsRefused(broker, "behind", behind);
            assertThatItIsRefused(broker, "empty", 0);
            // The control.
            try (Replica replica = replica(broker, "ahead").awaitReady()) {
                sendInTransactions(broker, 3); // whose ends have offsets, too
                append(replica, "sixth");
                assertThat(replica.log.read(0, 10_000))
                        .extracting(StateRecord::info)
                        .containsExactly("first", "second", "third", "fourth", "fifth", "sixth");
            }
        }
    }

    @Test
    void endsOfTransactionsWithoutRecordsAreNoLostEntries() throws Exception {
        try (KafkaBroker broker = KafkaBroker.start(directory.resolve("kafka"))) {
            new TopicClient(broker::admin, TOPIC).create(1, 1, Replica.LARGEST_ENTRY);
            try (Replica replica = replica(broker, "first").awaitReady()) {
                append(replica, "first");
                abortWithoutRecords(broker, 3);
                append(replica, "second");
            }
            abortWithoutRecords(broker, 3);
            for (String name : List.of("first", "empty")) {
                try (Replica replica = replica(broker, name).awaitReady()) {
                    assertThat(replica.log.read(0, 10_000))
                            .extracting(StateRecord::info)
                            .containsExactly("first", "second");
                }
            }
        }
    }

    /** Aborts transactions whose only record the broker has refused. */
    private static void abortWithoutRecords(KafkaBroker broker, int transactions) {
        int tooLarge = 2 * Replica.LARGEST_ENTRY;
        Map<String, Object> settings = Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                broker.bootstrap(),
                ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                "others",
                ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
                2 * tooLarge,
                ProducerConfig.BUFFER_MEMORY_CONFIG,
                4L * tooLarge);
        for (int i = 0; i < transactions; i++) {
            try (var producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
                producer.initTransactions();
                producer.beginTransaction();
                assertThatThrownBy(() -> producer.send(new ProducerRecord<>(TOPIC, new byte[tooLarge]))
                                .get())
                        .hasRootCauseInstanceOf(RecordTooLargeException.class);
                producer.abortTransaction();
            }
        }
    }

    private void assertThatItIsRefused(KafkaBroker broker, String name, long missing) throws Exception {
        try (Replica replica = replica(broker, name)) {
            assertThat(replica.health.failure.get(30, TimeUnit.SECONDS))
                    .isInstanceOf(UnusableTopicException.class)
                    .hasMessageStartingWith("The topic " + TOPIC + " lacks the entries from offset " + missing + " to ")
                    .hasMessageContaining("start from a back-up of a replica that has applied them");
        }
    }

    private Replica replica(KafkaBroker broker, String name) throws Exception {
        return new Replica(broker.bootstrap(), TOPIC, directory.resolve(name + ".db"), RetentionProperties.OFF, 0);
    }

    private static void append(Replica replica, String info) throws Exception {
        TimeUnit.MILLISECONDS.sleep(100); // the broker begins another segment
        Batch batch = new Batch("cow-7", Batch.UNNUMBERED, List.of(new Report(1, info, null, null)));
        replica.log.append(batch).toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private static void sendInTransactions(KafkaBroker broker, int transactions) throws Exception {
        Map<String, Object> settings = Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                broker.bootstrap(),
                ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                "others");
        try (var producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.initTransactions();
            for (int i = 0; i < transactions; i++) {
                producer.beginTransaction();
                producer.send(new ProducerRecord<>(TOPIC, new byte[1])).get();
                producer.commitTransaction();
            }
        }
    }

    /** Returns the offset of the first record that is left. */
    private static long firstOffset(KafkaBroker broker) {
        Map<String, Object> settings = Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrap());
        TopicPartition partition = new TopicPartition(TOPIC, 0);
        try (KafkaClients clients = new KafkaClients(settings, settings, settings, Replica.LARGEST_ENTRY);
                Consumer<byte[], byte[]> consumer = clients.newConsumer()) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            assertThat(consumer.position(partition))
                    .as("where the broker says that it begins")
                    .isZero();
            List<ConsumerRecord<byte[], byte[]>> records;
            do { // one poll may only pass over what is gone
                records = consumer.poll(Duration.ofSeconds(1)).records(partition);
            } while (records.isEmpty());
            return records.get(0).offset();
        }
    }

    private static void set(KafkaBroker broker, Map<String, String> settings) throws Exception {
        List<AlterConfigOp> changes = settings.entrySet().stream()
                .map(setting -> new AlterConfigOp(
                        new ConfigEntry(setting.getKey(), setting.getValue()), AlterConfigOp.OpType.SET))
                .toList();
        broker.admin()
                .incrementalAlterConfigs(Map.of(new ConfigResource(ConfigResource.Type.TOPIC, TOPIC), changes))
                .all()
                .get();
    }
}
