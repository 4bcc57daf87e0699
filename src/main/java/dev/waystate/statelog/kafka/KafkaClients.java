package dev.waystate.statelog.kafka;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Connects to Kafka, by the settings of {@code spring.kafka} but for those on which the log's guarantees stand.
 *
 * @param producer the settings for producers
 * @param consumer the settings for consumers
 * @param admin the settings for administration
 * @param largestEntry the size of the largest entry, in bytes
 */
record KafkaClients(
        Map<String, Object> producer, Map<String, Object> consumer, Map<String, Object> admin, int largestEntry) {

    /** So that one send after another is given up within the time in which an append is answered. */
    private static final int DELIVERY_TIMEOUT_MILLIS = 2_000;

    private static final int REQUEST_TIMEOUT_MILLIS = 1_500;
    private static final int MAX_BLOCK_MILLIS = 500;
    private static final int RECONNECT_MILLIS = 500;
    /** What gathers while requests are under way goes with one. */
    private static final int BATCH_BYTES = 256 * 1024;

    private static final int FETCH_BYTES = 8 * 1024 * 1024;
    private static final int POLL_RECORDS = 5_000;

    /** How many bytes a request has to have room for. */
    int largestRequest() {
        return (int) TopicSettings.largestBatchBytes(largestEntry);
    }

    /** Returns a new producer: its records are acknowledged by all replicas, stored once, and in order. */
    Producer<byte[], byte[]> newProducer() {
        Map<String, Object> settings = new HashMap<>(producer);
        settings.remove(ProducerConfig.TRANSACTIONAL_ID_CONFIG);
        settings.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        settings.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        settings.put(ProducerConfig.RETRIES_CONFIG, Integer.MAX_VALUE);
        settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        settings.put(ProducerConfig.BATCH_SIZE_CONFIG, BATCH_BYTES);
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, DELIVERY_TIMEOUT_MILLIS);
        settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, REQUEST_TIMEOUT_MILLIS);
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, MAX_BLOCK_MILLIS);
        settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, largestRequest());
        settings.put(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, RECONNECT_MILLIS);
        return new KafkaProducer<>(settings);
    }

    /** Returns a new consumer, which has no group and keeps no offsets. */
    Consumer<byte[], byte[]> newConsumer() {
        Map<String, Object> settings = new HashMap<>(consumer);
        settings.remove(ConsumerConfig.GROUP_ID_CONFIG);
        settings.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        settings.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        settings.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, FETCH_BYTES);
        settings.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH_BYTES);
        settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, POLL_RECORDS);
        settings.put(ConsumerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, RECONNECT_MILLIS);
        return new KafkaConsumer<>(settings);
    }

    Admin newAdmin() {
        Map<String, Object> settings = new HashMap<>(admin);
        settings.put(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, RECONNECT_MILLIS);
        return Admin.create(settings);
    }
}
