package dev.waystate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The brokers of the tests. */
class KafkaBrokerIT {

    private static final String TOPIC = "reports";

    @TempDir
    Path directory;

    @Test
    void acknowledgedRecordIsThereAfterTheBrokerIsKilledAndStartedAgain() throws Exception {
        try (KafkaBroker broker = KafkaBroker.start(directory)) {
            broker.createTopic(TOPIC);
            try (var producer = producer(broker.bootstrap())) {
                send(producer, "before");
            }

            broker.kill();
            assertThat(broker.process().isAlive()).isFalse();
            String address = broker.bootstrap();
            broker.restart();

            assertThat(broker.bootstrap()).isEqualTo(address);
            assertThat(values(address, 1)).containsExactly("before");
        }
    }

    @Test
    void sendToAPausedBrokerTimesOutAndOneAfterItIsResumedDoesNot() throws Exception {
        try (KafkaBroker broker = KafkaBroker.start(directory)) {
            broker.createTopic(TOPIC);
            try (var producer = producer(broker.bootstrap())) {
                send(producer, "before");

                broker.pause();
                assertThatThrownBy(() -> send(producer, "during"))
                        .isInstanceOf(ExecutionException.class)
                        .hasCauseInstanceOf(TimeoutException.class);
                broker.resume();

                await().atMost(Duration.ofSeconds(30)).ignoreExceptions().until(() -> send(producer, "after"));
            }
        }
    }

    @Tag("long")
    @Test
    void threeBrokersKeepAnAcknowledgedRecordWhenTheLeaderIsKilled() throws Exception {
        try (KafkaCluster cluster = KafkaCluster.start(directory)) {
            cluster.createTopic(TOPIC);
            try (var producer = producer(cluster.bootstrap())) {
                send(producer, "before");
                KafkaBroker leader = cluster.leader(TOPIC);

                leader.kill();

                await().atMost(Duration.ofSeconds(30)).ignoreExceptions().until(() -> send(producer, "after"));
                assertThat(cluster.leader(TOPIC)).isNotSameAs(leader);
                assertThat(values(cluster.bootstrap(), 2)).startsWith("before").endsWith("after");
                leader.restart();
            }
        }
    }

    @Test
    void brokerEndsWhenTheTestLetsGoOfItsInput() throws Exception {
        try (KafkaBroker broker = KafkaBroker.start(directory)) {
            broker.process().getOutputStream().close();

            assertThat(broker.process().waitFor(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void testsOfAJvmShareABroker() throws Exception {
        assertThat(KafkaBroker.shared()).isSameAs(KafkaBroker.shared());
        assertThat(KafkaBroker.shared().admin().describeCluster().nodes().get()).hasSize(1);
    }

    private static KafkaProducer<String, String> producer(String bootstrap) {
        return new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        bootstrap,
                        "acks",
                        "all",
                        "request.timeout.ms",
                        1_000,
                        "delivery.timeout.ms",
                        2_000,
                        "max.block.ms",
                        2_000),
                new StringSerializer(),
                new StringSerializer());
    }

    private static boolean send(KafkaProducer<String, String> producer, String value) throws Exception {
        return producer.send(new ProducerRecord<>(TOPIC, value))
                .get(30, TimeUnit.SECONDS)
                .hasOffset();
    }

    /** Reads from the beginning until there are as many values. */
    private static List<String> values(String bootstrap, int count) {
        List<String> values = new ArrayList<>();
        TopicPartition partition = new TopicPartition(TOPIC, 0);
        try (var consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrap), new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            await().atMost(Duration.ofSeconds(30)).until(() -> {
                consumer.poll(Duration.ofMillis(100)).forEach(record -> values.add(record.value()));
                return values.size() >= count;
            });
        }
        return values;
    }
}
