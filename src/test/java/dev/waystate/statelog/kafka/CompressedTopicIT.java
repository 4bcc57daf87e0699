package dev.waystate.statelog.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waystate.KafkaBroker;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A topic whose records are much larger once they are unpacked. */
@Timeout(60)
class CompressedTopicIT {

    private static final int RECORDS = 200;
    private static final int RECORD_BYTES = 256 * 1024;
    private static final long PART_OF_HEAP = Runtime.getRuntime().maxMemory() / 8;

    private final Map<String, Object> settings = Map.of(
            CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, KafkaBroker.shared().bootstrap());
    private final TopicPartition partition = new TopicPartition("compressed-" + UUID.randomUUID(), 0);

    CompressedTopicIT() throws Exception {}

    @ParameterizedTest
    @ValueSource(ints = {20, 3})
    void whatComesAtOnceIsBoundedOnceItIsUnpacked(int entriesInBound) throws Exception {
        KafkaBroker.shared().createTopic(partition.topic(), "compression.type=gzip");
        fill();
        int largestEntry = Math.toIntExact(Math.min(PART_OF_HEAP / entriesInBound, Integer.MAX_VALUE));
        KafkaClients clients = new KafkaClients(settings, settings, settings, largestEntry);
        try (Consumer<byte[], byte[]> consumer = clients.newConsumer()) {
            assertThat(poll(consumer) * largestEntry).isLessThanOrEqualTo(PART_OF_HEAP);
        }
        // The control: all of them fit into one fetch.
        try (Consumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            assertThat(poll(consumer)).isEqualTo(RECORDS);
        }
    }

    private void fill() throws Exception {
        Map<String, Object> compressing = new HashMap<>(settings);
        compressing.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "gzip");
        compressing.put(ProducerConfig.LINGER_MS_CONFIG, 1_000);
        compressing.put(ProducerConfig.BATCH_SIZE_CONFIG, 900_000);
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(compressing, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int i = 0; i < RECORDS; i++) {
                producer.send(new ProducerRecord<>(partition.topic(), 0, null, new byte[RECORD_BYTES]));
            }
        }
    }

    /** Returns the number of records that come first. */
    private long poll(Consumer<byte[], byte[]> consumer) {
        consumer.assign(List.of(partition));
        consumer.seekToBeginning(List.of(partition));
        int polled = 0;
        while (polled == 0) {
            polled = consumer.poll(Duration.ofSeconds(5)).count();
        }
        return polled;
    }
}
