package dev.waystate.statelog.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waystate.statelog.TestHealth;
import dev.waystate.statelog.operation.RetentionProperties;
import dev.waystate.statelog.operation.StoreProperties;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;

/** A replica of a log in this process. */
final class Replica implements AutoCloseable {

    static final int LARGEST_ENTRY = 1024 * 1024;

    final TestHealth health = new TestHealth();
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final ReplicatedStateLog log;

    Replica(String bootstrap, String topic, Path file) throws SQLException {
        this(bootstrap, topic, file, RetentionProperties.OFF, 0);
    }

    Replica(String bootstrap, String topic, Path file, RetentionProperties retention, int createReplicas)
            throws SQLException {
        Map<String, Object> settings = Map.of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
        log = ReplicatedStateLog.open(
                new StoreProperties(file, 4, retention),
                new ReplicationProperties(topic, createReplicas, Duration.ofSeconds(30)),
                new KafkaClients(settings, settings, settings, LARGEST_ENTRY),
                health,
                new ReplicationMetrics(meters));
    }

    Replica awaitReady() {
        await().atMost(Duration.ofSeconds(30)).until(() -> isReady() || health.failure.isDone());
        assertThat(health.failure).as("why the replica has stopped").isNotDone();
        return this;
    }

    double count(String meter) {
        return meters.counter("waystate.replica." + meter).count();
    }

    boolean isReady() {
        return !health.unready;
    }

    @Override
    public void close() {
        log.close();
    }
}
