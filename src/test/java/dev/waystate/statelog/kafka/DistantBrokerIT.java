package dev.waystate.statelog.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.waystate.KafkaBroker;
import dev.waystate.statelog.Batch;
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
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A broker is so far away that a producer needs longer than one call may wait until it knows the topic. */
@Timeout(120)
class DistantBrokerIT {

    private static final String TOPIC = "distant";
    private static final int ONE_WAY_MILLIS = 150;

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
