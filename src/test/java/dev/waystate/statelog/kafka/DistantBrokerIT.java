package dev.waystate.statelog.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.waystate.KafkaBroker;
import dev.waystate.statelog.Appended;
import dev.waystate.statelog.Batch;
import dev.waystate.statelog.LogUnavailableException;
import dev.waystate.statelog.Report;
import dev.waystate.statelog.entry.Entry;
import dev.waystate.statelog.entry.Session;
import dev.waystate.statelog.operation.RetentionProperties;
import dev.waystate.statelog.view.LogView;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A broker is so far away that a producer needs longer than one call may wait until it knows the topic. */
@Timeout(120)
class DistantBrokerIT {

    private static final String TOPIC = "distant";
    private static final int ONE_WAY_MILLIS = 150;
    private static final int BATCHES = 40;
    private static final int BATCH_BYTES = 90_000;

    @TempDir
    Path directory;

    @Test
    void aReplicaBecomesReadyAndTakesReports() throws Exception {
        try (DistantRelay relay = new DistantRelay(ONE_WAY_MILLIS);
                KafkaBroker broker = relay.startBroker(directory.resolve("kafka"));
                Replica replica = replica(relay, "view")) {
            assertThat(replica.awaitReady().isReady()).isTrue();
            Batch batch = new Batch("cow-7", Batch.UNNUMBERED, List.of(new Report(1, "far", null, null)));
            replica.log.append(batch).toCompletableFuture().get(20, TimeUnit.SECONDS);
            assertThat(broker.process().isAlive()).isTrue();
            assertThatAProducerThatIsBegunAnewEachTimeNeverKnowsTheTopic(relay.bootstrap());
        }
    }

    @Test
    void aReplicaThatIsFarBehindCatchesUpOverASlowLine() throws Exception {
        try (DistantRelay relay = new DistantRelay(ONE_WAY_MILLIS);
                KafkaBroker broker = relay.startBroker(directory.resolve("kafka"))) {
            try (Replica replica = replica(relay, "first").awaitReady()) {
                List<Report> reports = Collections.nCopies(300, new Report(1, "x".repeat(3_000), null));
                for (int i = 0; i < 7; i++) {
                    Batch batch = new Batch("cow-7", Batch.UNNUMBERED, reports);
                    replica.log.append(batch).toCompletableFuture().get(20, TimeUnit.SECONDS);
                }
            }
            relay.limit(1_000_000); // all of it takes longer than a broker is waited for
            try (Replica replica = replica(relay, "behind").awaitReady()) {
                assertThat(replica.isReady()).isTrue();
                assertThat(replica.log.head()).isEqualTo(7 * 300);
            }
        }
    }

    @Test
    void whatIsTooMuchForASlowLineWaitsAndIsSentOnce() throws Exception {
        try (DistantRelay relay = new DistantRelay(ONE_WAY_MILLIS);
                KafkaBroker broker = relay.startBroker(directory.resolve("kafka"))) {
            List<CompletableFuture<Appended>> unfinished;
            try (Replica replica = replica(relay, "view").awaitReady()) {
                relay.limit(500_000);
                double sentAgain = replica.count("sent.again"); // at first, until the producer knew the topic
                double givenUp = replica.count("given.up");
                for (CompletableFuture<Appended> appended : appendAllAtOnce(replica)) {
                    appended.get(60, TimeUnit.SECONDS);
                }
                assertThat(replica.count("sent.again")).isEqualTo(sentAgain);
                assertThat(replica.count("given.up")).isEqualTo(givenUp);
                unfinished = appendAllAtOnce(replica);
            }
            assertThat(unfinished.get(BATCHES - 1))
                    .as("what waits when the replica is closed")
                    .failsWithin(Duration.ZERO)
                    .withThrowableThat()
                    .withCauseInstanceOf(LogUnavailableException.class)
                    .withMessageEndingWith("The server is stopping: nothing was stored");
            assertThat(broker.process().isAlive()).isTrue();
            assertThatAProducerThatIsGivenAllAtOnceIsLate(relay.bootstrap());
        }
    }

    private static List<CompletableFuture<Appended>> appendAllAtOnce(Replica replica) {
        List<Report> reports = Collections.nCopies(BATCH_BYTES / 3_000, new Report(1, "x".repeat(3_000), null));
        Batch batch = new Batch("cow-7", Batch.UNNUMBERED, reports);
        return IntStream.range(0, BATCHES)
                .mapToObj(i -> replica.log.append(batch).toCompletableFuture())
                .toList();
    }

    @Test
    void anImportGoesOnWhenTheBrokerIsBack() throws Exception {
        Path log = directory.resolve("log.db");
        try (LogView view = LogView.open(log, 1)) {
            assertThat(view.begin()).isTrue();
            List<Report> reports = Collections.nCopies(4_000, new Report(1, "x".repeat(3_000), null));
            view.apply(new Session().next(), new Entry.Append("cow-7", null, 1, reports), 1);
            view.commit();
        }
        try (DistantRelay relay = new DistantRelay(ONE_WAY_MILLIS);
                KafkaBroker broker = relay.startBroker(directory.resolve("kafka"))) {
            broker.createTopic(TOPIC, TopicSettings.of(1, 1, 2 * Replica.LARGEST_ENTRY));
            TopicClient topic = new TopicClient(broker::admin, TOPIC);
            CompletableFuture<Long> importing = CompletableFuture.supplyAsync(() -> runImport(log, relay.bootstrap()));
            await().atMost(Duration.ofSeconds(30)).ignoreExceptions().until(() -> topic.awaitEnd() > 1);
            broker.kill();
            assertThat(importing).as("the import is under way").isNotDone();
            broker.restart();
            assertThat(importing.get(60, TimeUnit.SECONDS)).isEqualTo(4_000);
            assertThatAProducerThatIsBegunAnewEachTimeNeverKnowsTheTopic(relay.bootstrap());
        }
    }

    private Replica replica(DistantRelay relay, String name) throws Exception {
        return new Replica(relay.bootstrap(), TOPIC, directory.resolve(name + ".db"), RetentionProperties.OFF, 1);
    }

    private static long runImport(Path log, String bootstrap) {
        try {
            return LogImport.run(log, TOPIC, bootstrap, Map.of(), warning -> {}, records -> {});
        } catch (IOException problem) {
            throw new UncheckedIOException(problem);
        }
    }

    /** The control. */
    private static void assertThatAProducerThatIsGivenAllAtOnceIsLate(String bootstrap) {
        Map<String, Object> settings = Map.of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
        try (KafkaClients clients = new KafkaClients(settings, settings, settings, Replica.LARGEST_ENTRY);
                Producer<byte[], byte[]> producer = clients.newProducer()) {
            await().ignoreException(TimeoutException.class)
                    .until(() -> !producer.partitionsFor(TOPIC).isEmpty());
            List<Future<RecordMetadata>> sent = IntStream.range(0, BATCHES)
                    .mapToObj(i -> producer.send(new ProducerRecord<>(TOPIC, new byte[BATCH_BYTES])))
                    .toList();
            assertThat(sent.get(BATCHES - 1))
                    .failsWithin(Duration.ofSeconds(30))
                    .withThrowableThat()
                    .withCauseInstanceOf(TimeoutException.class);
        }
    }

    /** The control. */
    private static void assertThatAProducerThatIsBegunAnewEachTimeNeverKnowsTheTopic(String bootstrap) {
        Map<String, Object> settings = Map.of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
        try (KafkaClients clients = new KafkaClients(settings, settings, settings, Replica.LARGEST_ENTRY)) {
            for (int attempt = 0; attempt < 3; attempt++) {
                try (Producer<byte[], byte[]> producer = clients.newProducer()) {
                    assertThatThrownBy(() -> producer.partitionsFor(TOPIC)).isInstanceOf(TimeoutException.class);
                }
            }
        }
    }
}
