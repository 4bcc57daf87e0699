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
 * Makes Kafka clients from the settings of {@code spring.kafka}, except for those that the log's guarantees depend on.
 * Whoever keeps a client for long compares {@link #generation} now and then, since new certificates need new clients.
 */
final class KafkaClients implements AutoCloseable {

    /** Short enough for two sends, one after the other, within the time in which an append is answered. */
    private static final int DELIVERY_TIMEOUT_MILLIS = 2_000;

    private static final int REQUEST_TIMEOUT_MILLIS = 1_500;
    private static final int MAX_BLOCK_MILLIS = 500;

    /**
     * Longer than any pause between two sends. So a producer never forgets where the topic is, and no send has to ask
     * first.
     */
    private static final int METADATA_IDLE_MILLIS = Integer.MAX_VALUE;

    private static final int RECONNECT_MILLIS = 500;

    /** Large enough for all entries that gather while a request is under way. */
    private static final int BATCH_BYTES = 256 * 1024;

    /** A producer's memory for entries that wait, unless it is configured. It is Kafka's own default. */
    private static final long BUFFER_BYTES = 32 * 1024 * 1024;

    /** How long a leader may not answer before it counts as gone. Configure a longer time if a fetch takes longer. */
    private static final int FETCH_TIMEOUT_MILLIS = 5_000;

    /** Small enough to arrive in that time over a slow line. A fetch that does not arrive whole is asked for again. */
    private static final int FETCH_BYTES = 1024 * 1024;

    private static final int POLL_RECORDS = 5_000;

    /**
     * The part of the heap that the entries of one poll may take when all are as large as can be. A fetch is bounded
     * only by its size before it is unpacked.
     */
    private static final int PART_OF_HEAP = 8;

    private final Map<String, Object> producer;
    private final Map<String, Object> consumer;
    private final Map<String, Object> admin;
    private final int largestEntry;

    private volatile int generation;

    // Guarded by this.
    /** The reloaded bundles, by the bundles with which clients were configured. */
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
     * Makes clients from here on use other certificates.
     *
     * @param configured the bundle with which clients were configured
     * @param bundle the bundle that has taken its place
     */
    synchronized void renew(SslBundle configured, SslBundle bundle) {
        reloaded.put(configured, bundle);
        generation++;
        closeAdmin();
    }

    /** Returns a number that changes when clients should be made anew. */
    int generation() {
        return generation;
    }

    int largestEntry() {
        return largestEntry;
    }

    /** Returns the size of the largest request, in bytes. */
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
        // While a broker syncs one, the next one gathers. Of five, each would have a sync of its own.
        settings.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
        settings.put(ProducerConfig.BATCH_SIZE_CONFIG, BATCH_BYTES);
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, DELIVERY_TIMEOUT_MILLIS);
        settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, REQUEST_TIMEOUT_MILLIS);
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, MAX_BLOCK_MILLIS);
        settings.put(ProducerConfig.METADATA_MAX_IDLE_CONFIG, METADATA_IDLE_MILLIS);
        settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, largestRequest());
        settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, bufferBytes(settings));
        return new KafkaProducer<>(settings);
    }

    /**
     * Returns the bytes of a producer's buffer, which must have room for the largest entry. An entry without room would
     * be refused however often it is sent, and those behind it would wait.
     */
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
        // An open transaction of another program must not hold the log up.
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_uncommitted");
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        settings.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, FETCH_BYTES);
        settings.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH_BYTES);
        settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, pollRecords());
        settings.putIfAbsent(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, FETCH_TIMEOUT_MILLIS);
        return new KafkaConsumer<>(settings);
    }

    private int pollRecords() {
        long most = Runtime.getRuntime().maxMemory() / PART_OF_HEAP / largestEntry;
        return (int) Math.max(1, Math.min(most, POLL_RECORDS));
    }

    /** Returns the client for administration, which all callers share. */
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
