package dev.waystate.statelog.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.SslBundle;

/**
 * Connects to Kafka, by the settings of {@code spring.kafka} but for those on which the log's guarantees stand. Who has a
 * client for long looks now and then whether it is {@link #generation() of the present}: new certificates need new clients.
 */
final class KafkaClients implements AutoCloseable {

    /** So that one send after another is given up within the time in which an append is answered. */
    private static final int DELIVERY_TIMEOUT_MILLIS = 2_000;

    private static final int REQUEST_TIMEOUT_MILLIS = 1_500;
    private static final int MAX_BLOCK_MILLIS = 500;

    /** Longer than any pause between two sends: where the topic is stays known, and no send has to ask first. */
    private static final int METADATA_IDLE_MILLIS = Integer.MAX_VALUE;

    private static final int RECONNECT_MILLIS = 500;

    /** What gathers while requests are under way goes with one. */
    private static final int BATCH_BYTES = 256 * 1024;

    /** What a producer takes for entries that wait, unless it is configured; Kafka's own default. */
    private static final long BUFFER_BYTES = 32 * 1024 * 1024;

    /** After which a leader that does not answer is taken for gone; longer where a fetch takes long to come. */
    private static final int FETCH_TIMEOUT_MILLIS = 5_000;

    /** Little enough to come in that time over a slow line: what has not come whole is asked for again. */
    private static final int FETCH_BYTES = 1024 * 1024;

    private static final int POLL_RECORDS = 5_000;

    /** What entries take that come together when all are as large as can be: a fetch is counted before it is unpacked. */
    private static final int PART_OF_HEAP = 8;

    private static final int LEAST_POLL_RECORDS = 16;

    private final Map<String, Object> producer;
    private final Map<String, Object> consumer;
    private final Map<String, Object> admin;
    private final int largestEntry;

    private volatile int generation;

    // Guarded by this.
    /** The bundles that have been reloaded, by those with which clients were configured. */
    private final Map<Object, SslBundle> reloaded = new IdentityHashMap<>();

    private @Nullable Admin openAdmin;

    /**
     * @param producer the settings for producers
     * @param consumer the settings for consumers
     * @param admin the settings for administration
     * @param largestEntry the size of the largest entry, in bytes
     */
    KafkaClients(
            Map<String, Object> producer, Map<String, Object> consumer, Map<String, Object> admin, int largestEntry) {
        this.producer = producer;
        this.consumer = consumer;
        this.admin = admin;
        this.largestEntry = largestEntry;
    }

    /**
     * Has clients that are made from here on use other certificates.
     *
     * @param configured the bundle that some were configured with
     * @param bundle what it has become
     */
    synchronized void renew(SslBundle configured, SslBundle bundle) {
        reloaded.put(configured, bundle);
        generation++;
        closeAdmin();
    }

    /** Returns a number that is another one when clients should be made anew. */
    int generation() {
        return generation;
    }

    int largestEntry() {
        return largestEntry;
    }

    /** How many bytes a request has to have room for. */
    int largestRequest() {
        return (int) TopicSettings.largestBatchBytes(largestEntry);
    }

    /** Returns a new producer: its records are acknowledged by all replicas, stored once, and in order. */
    Producer<byte[], byte[]> newProducer() {
        Map<String, Object> settings = settings(producer);
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
        settings.put(ProducerConfig.METADATA_MAX_IDLE_CONFIG, METADATA_IDLE_MILLIS);
        settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, largestRequest());
        settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, bufferBytes(settings));
        return new KafkaProducer<>(settings);
    }

    /** An entry that has no room is refused however often it is sent, and those behind it wait. */
    private long bufferBytes(Map<String, Object> settings) {
        Object configured = settings.getOrDefault(ProducerConfig.BUFFER_MEMORY_CONFIG, BUFFER_BYTES);
        Long bytes = (Long) ConfigDef.parseType(ProducerConfig.BUFFER_MEMORY_CONFIG, configured, ConfigDef.Type.LONG);
        return Math.max(bytes, 2L * largestRequest());
    }

    /** Returns a new consumer, which has no group and keeps no offsets. */
    Consumer<byte[], byte[]> newConsumer() {
        Map<String, Object> settings = settings(consumer);
        settings.remove(ConsumerConfig.GROUP_ID_CONFIG);
        settings.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        settings.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        settings.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, FETCH_BYTES);
        settings.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH_BYTES);
        settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, pollRecords());
        settings.putIfAbsent(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, FETCH_TIMEOUT_MILLIS);
        return new KafkaConsumer<>(settings);
    }

    private int pollRecords() {
        long most = Runtime.getRuntime().maxMemory() / PART_OF_HEAP / largestEntry;
        return (int) Math.max(LEAST_POLL_RECORDS, Math.min(most, POLL_RECORDS));
    }

    /** Returns a client for administration, which all use. */
    synchronized Admin admin() {
        if (openAdmin == null) {
            openAdmin = Admin.create(settings(admin));
        }
        return openAdmin;
    }

    private synchronized Map<String, Object> settings(Map<String, Object> configured) {
        Map<String, Object> settings = new HashMap<>(configured);
        settings.put(CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG, RECONNECT_MILLIS);
        settings.computeIfPresent( // where Boot's engine factory finds it
                SslBundle.class.getName(), (name, bundle) -> reloaded.getOrDefault(bundle, (SslBundle) bundle));
        return settings;
    }

    private synchronized void closeAdmin() {
        if (openAdmin != null) {
            openAdmin.close(Duration.ZERO);
            openAdmin = null;
        }
    }

    @Override
    public void close() {
        closeAdmin();
    }
}
