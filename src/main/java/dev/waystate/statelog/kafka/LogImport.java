package dev.waystate.statelog.kafka;

import dev.waystate.statelog.LogUnavailableException;
import dev.waystate.statelog.entry.Entry;
import dev.waystate.statelog.entry.Origin;
import dev.waystate.statelog.entry.Session;
import dev.waystate.statelog.view.LogExport;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;

/**
 * Writes the history of a log of a single process into an empty topic, so that replicas go on with it. Positions,
 * sequences and the id of the log stay as they are.
 *
 * <p>The file is read twice: what is damaged is found before anything is in the topic. An import that is cut short leaves a
 * topic with which no replica becomes ready.
 */
public final class LogImport {

    /** The most characters of an entry that has several rows. With short infos that is about 200 kB. */
    private static final int MOST_CHARS = 128 * 1024;

    /** The least size of the largest entry, in bytes. It is that of a server with the default message size. */
    private static final int LEAST_LARGEST_ENTRY = 1024 * 1024 + ReplicatedLogConfiguration.ENTRY_OVERHEAD;

    /**
     * How many entries are under way together. All of them have to arrive within the time for which a producer tries.
     */
    private static final int GROUP_ENTRIES = 4;

    private static final long GIVE_UP_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long CONNECT_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long PAUSE_MILLIS = 200;

    private final String topic;
    private final KafkaClients clients;
    private final Entry.Genesis genesis;
    private final LongConsumer progress;
    private final Session session = new Session();
    private final List<ProducerRecord<byte[], byte[]>> group = new ArrayList<>();
    private @Nullable Producer<byte[], byte[]> producer;

    private LogImport(String topic, KafkaClients clients, Entry.Genesis genesis, LongConsumer progress) {
        this.progress = progress;
        this.topic = topic;
        this.clients = clients;
        this.genesis = genesis;
    }

    /**
     * Imports a log, and returns when the topic has all of it.
     *
     * @param log the log's file
     * @param topic the name of the topic, which must be there, and have had no record
     * @param brokers the addresses of some, for {@code bootstrap.servers}
     * @param settings others of a Kafka client
     * @param warnings takes sentences about what the topic does not guarantee
     * @param progress takes how many more records are written
     * @return the position of the newest record
     * @throws UnusableTopicException if the topic is not empty, or cannot hold the log; or if another process has
     *     written to it meanwhile
     * @throws IllegalArgumentException if no client can be made with the settings
     * @throws LogUnavailableException if the brokers do not answer; the message says whether the topic can be used again
     * @throws dev.waystate.statelog.file.UnusableFileException if the file is no log of a single process, or is in use
     * @throws dev.waystate.statelog.DamagedRecordException if the log is damaged; nothing was written then
     * @throws dev.waystate.statelog.file.DamagedFileException if the file is damaged; nothing was written then
     * @throws IOException if the file cannot be read; nothing was written then
     */
    public static long run(
            Path log,
            String topic,
            String brokers,
            Map<String, String> settings,
            Consumer<String> warnings,
            LongConsumer progress)
            throws IOException {
        try (LogExport export = LogExport.open(log)) {
            int[] largest = {LEAST_LARGEST_ENTRY};
            Entry.Genesis genesis = export.genesis();
            Origin any = new Session().next();
            export.read(MOST_CHARS, rows -> {
                int bytes = EntryCodec.encode(topic, genesis.logId(), any, rows).value().length;
                largest[0] = Math.max(largest[0], bytes + ReplicatedLogConfiguration.ENTRY_OVERHEAD);
            });
            Map<String, Object> all = new HashMap<>(settings);
            all.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, brokers);
            try (KafkaClients clients = new KafkaClients(all, all, all, largest[0])) {
                check(topic, clients).forEach(warnings);
                new LogImport(topic, clients, genesis, progress).write(export);
            } catch (KafkaException wrongSettings) {
                Throwable reason = wrongSettings.getCause() == null ? wrongSettings : wrongSettings.getCause();
                throw new IllegalArgumentException(
                        "No Kafka client can be made with these settings: " + reason.getMessage(), wrongSettings);
            }
            return export.head();
        }
    }

    /** Checks the topic, and returns warnings. */
    private static List<String> check(String name, KafkaClients clients) {
        TopicClient topic = new TopicClient(clients::admin, name);
        if (!topic.exists()) {
            throw new UnusableTopicException("Expected an empty topic " + name + ", but there is none: make it");
        }
        long records = topic.awaitEnd();
        if (records > 0) {
            throw new UnusableTopicException(
                    "Expected an empty topic " + name + ", but it has had " + records + " records: make another one");
        }
        return new TopicCheck(topic, clients.largestEntry()).check(null, 0).warnings();
    }

    private void write(LogExport export) throws IOException {
        try {
            begin();
            export.read(MOST_CHARS, this::add);
            send();
        } finally {
            closeProducer();
        }
    }

    /** Writes the genesis. It is sent only once: after a second send, its place in the topic would not be known. */
    private void begin() {
        try {
            connect(System.nanoTime() + CONNECT_NANOS);
        } catch (RetriableException problem) {
            throw new LogUnavailableException(
                    "The Kafka brokers do not answer: nothing was imported, the topic is still empty", problem);
        }
        long offset;
        try {
            offset = await(producer.send(encode(genesis))).offset();
        } catch (KafkaException problem) {
            throw cutShort(problem);
        }
        if (offset != 0) {
            throw new UnusableTopicException(
                    "Expected an empty topic " + topic + ", but another process has begun a log in"
                            + " it just now: stop all replicas, delete the topic, make it anew, and import again");
        }
    }

    /** Connects to the brokers; nothing is written until then. */
    private void connect(long giveUp) {
        producer = clients.newProducer();
        while (true) {
            try {
                producer.partitionsFor(topic);
                return;
            } catch (RetriableException problem) {
                if (System.nanoTime() > giveUp) {
                    throw problem;
                }
            }
        }
    }

    private void add(Entry.Rows rows) {
        group.add(encode(rows));
        if (group.size() == GROUP_ENTRIES) {
            send();
        }
        progress.accept(rows.records().size());
    }

    private ProducerRecord<byte[], byte[]> encode(Entry entry) {
        return EntryCodec.encode(topic, genesis.logId(), session.next(), entry);
    }

    /**
     * Sends a group until all of it is in the topic. Entries that were there already are dropped when they are applied.
     */
    private void send() {
        long giveUp = System.nanoTime() + GIVE_UP_NANOS;
        while (true) {
            try {
                trySend(giveUp);
                group.clear();
                return;
            } catch (KafkaException problem) {
                closeProducer();
                if (!(problem instanceof RetriableException) || System.nanoTime() > giveUp) {
                    throw cutShort(problem);
                }
                pause();
            }
        }
    }

    private void trySend(long giveUp) {
        if (producer == null) {
            connect(giveUp);
        }
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        for (ProducerRecord<byte[], byte[]> entry : group) {
            sent.add(producer.send(entry));
        }
        sent.forEach(LogImport::await);
    }

    private static RecordMetadata await(Future<RecordMetadata> sent) {
        try {
            return sent.get();
        } catch (ExecutionException problem) {
            throw problem.getCause() instanceof KafkaException cause ? cause : new KafkaException(problem.getCause());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new KafkaException("Interrupted", interrupted);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private LogUnavailableException cutShort(KafkaException problem) {
        return new LogUnavailableException(
                "The import was cut short: " + problem.getMessage() + ". No replica can use the topic " + topic
                        + ": delete it, make it anew, and import again",
                problem);
    }

    private void closeProducer() {
        if (producer != null) {
            producer.close(Duration.ZERO);
            producer = null;
        }
    }
}
