package dev.waystate.statelog.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waystate.KafkaBroker;
import dev.waystate.statelog.entry.Entry;
import dev.waystate.statelog.entry.Session;
import dev.waystate.statelog.operation.RetentionProperties;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An entry in the topic is from a clock that was ahead. */
@Timeout(120)
class LagIT {

    @TempDir
    Path directory;

    private final String topic = "ahead-" + UUID.randomUUID();

    @Test
    void aReplicaThatDoesNotGoOnIsSeenToBeBehind() throws Exception {
        KafkaBroker broker = KafkaBroker.shared();
        String logId;
        try (Replica first = replica(broker, "first").awaitReady()) {
            logId = first.log.id();
        }
        set(broker, "message.timestamp.type", "CreateTime");
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            long ahead = Instant.now().plus(Duration.ofMinutes(30)).toEpochMilli();
            return send(broker, logId, ahead) == ahead;
        });
        set(broker, "message.timestamp.type", "LogAppendTime");
        await().atMost(Duration.ofSeconds(30)).until(() -> send(broker, logId, 0L) != 0);

        try (Replica replica = replica(broker, "second").awaitReady();
                Connection holder = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("second.db"));
                Statement statement = holder.createStatement()) {
            assertThat(gauge(replica, "lag")).isZero();
            statement.execute("BEGIN IMMEDIATE"); // the view cannot go on
            send(broker, logId, null);
            await().atMost(Duration.ofSeconds(30)).until(() -> gauge(replica, "lag.entries") == 1);
            await().atMost(Duration.ofSeconds(30)).until(() -> gauge(replica, "lag") > 1);
            statement.execute("ROLLBACK");
            await().atMost(Duration.ofSeconds(30)).until(() -> gauge(replica, "lag") == 0);
        }
    }

    private Replica replica(KafkaBroker broker, String name) throws Exception {
        return new Replica(broker.bootstrap(), topic, directory.resolve(name + ".db"), RetentionProperties.OFF, 1);
    }

    private static double gauge(Replica replica, String name) {
        return replica.meters.get("waystate.replica." + name).gauge().value();
    }

    private void set(KafkaBroker broker, String setting, String value) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        AlterConfigOp change = new AlterConfigOp(new ConfigEntry(setting, value), AlterConfigOp.OpType.SET);
        broker.admin()
                .incrementalAlterConfigs(Map.of(resource, List.of(change)))
                .all()
                .get();
    }

    /** Sends an entry without effect, and returns the time that it has in the topic. */
    private long send(KafkaBroker broker, String logId, @Nullable Long millis) throws Exception {
        ProducerRecord<byte[], byte[]> entry = EntryCodec.encode(topic, logId, new Session().next(), Entry.BARRIER);
        try (var producer = new KafkaProducer<>(
                Map.<String, Object>of("bootstrap.servers", broker.bootstrap()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            return producer.send(new ProducerRecord<>(topic, 0, millis, null, entry.value(), entry.headers()))
                    .get(30, TimeUnit.SECONDS)
                    .timestamp();
        }
    }
}
