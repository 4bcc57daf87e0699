package dev.waystate.statelog.kafka;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.waystate.KafkaBroker;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An entry that is larger than all that a producer keeps by default. */
@Timeout(60)
class LargestEntryIT {

    private static final int LARGEST_ENTRY = 33 * 1024 * 1024;

    private final String topic = "large-" + UUID.randomUUID();
    private final Map<String, Object> settings = new HashMap<>();

    @Test
    void aProducerHasRoomForIt() throws Exception {
        KafkaBroker broker = KafkaBroker.shared();
        new TopicClient(broker::admin, topic).create(1, 1, LARGEST_ENTRY);
        settings.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrap());
        settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, "1048576"); // as in a file of properties
        KafkaClients clients = new KafkaClients(settings, settings, settings, LARGEST_ENTRY);
        try (Producer<byte[], byte[]> producer = clients.newProducer()) {
            // Sent again after a timeout, as by a replica: a busy broker may need more time than one attempt has.
            await().atMost(Duration.ofSeconds(30))
                    .ignoreExceptionsMatching(problem -> problem.getCause() instanceof TimeoutException)
                    .until(() -> send(producer) >= 0);
        }
        // The control.
        Map<String, Object> bare = Map.of(
                CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG,
                broker.bootstrap(),
                ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
                clients.largestRequest());
        try (Producer<byte[], byte[]> producer =
                new KafkaProducer<>(bare, new ByteArraySerializer(), new ByteArraySerializer())) {
            assertThatThrownBy(() -> send(producer))
                    .hasCauseInstanceOf(RecordTooLargeException.class)
                    .hasMessageContaining("buffer.memory");
        }
    }

    private long send(Producer<byte[], byte[]> producer) throws Exception {
        return producer.send(new ProducerRecord<>(topic, new byte[LARGEST_ENTRY]))
                .get(30, TimeUnit.SECONDS)
                .offset();
    }
}
