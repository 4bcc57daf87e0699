package dev.waystate.statelog.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waystate.KafkaBroker;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Another program leaves a transaction open in the topic, and consumers are configured to wait for its end. */
@Timeout(60)
class OpenTransactionIT {

    private final TopicPartition partition = new TopicPartition("open-" + UUID.randomUUID(), 0);

    @Test
    void itDoesNotHoldTheLogUp() throws Exception {
        KafkaBroker broker = KafkaBroker.shared();
        broker.createTopic(partition.topic());
        Map<String, Object> settings = Map.of(
                CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG,
                broker.bootstrap(),
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                "read_committed");
        Map<String, Object> others = Map.of(
                CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG,
                broker.bootstrap(),
                ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                partition.topic());
        try (var producer = new KafkaProducer<>(others, new ByteArraySerializer(), new ByteArraySerializer());
                KafkaClients clients = new KafkaClients(settings, settings, settings, Replica.LARGEST_ENTRY);
                Consumer<byte[], byte[]> consumer = clients.newConsumer();
                Consumer<byte[], byte[]> waiting =
                        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(partition.topic(), new byte[1])).get();

            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> !consumer.poll(Duration.ofSeconds(1)).isEmpty());
            // The control.
            assertThat(waiting.endOffsets(List.of(partition))).containsEntry(partition, 0L);
            producer.abortTransaction();
        }
    }
}
