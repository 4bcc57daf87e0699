package dev.waystate.statelog.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.common.metrics.KafkaMetric;
import org.apache.kafka.common.metrics.MetricsReporter;
import org.junit.jupiter.api.Test;
import org.springframework.boot.ssl.SslBundle;

class KafkaClientsTests {

    private static final List<Object> USED = new ArrayList<>();

    /** Is made with each client, and sees its settings. */
    public static final class Settings implements MetricsReporter {

        @Override
        public void configure(Map<String, ?> settings) {
            USED.add(settings.get(SslBundle.class.getName()));
        }

        @Override
        public void init(List<KafkaMetric> metrics) {}

        @Override
        public void metricChange(KafkaMetric metric) {}

        @Override
        public void metricRemoval(KafkaMetric metric) {}

        @Override
        public void close() {}
    }

    @Test
    void aBundleThatIsReloadedIsUsedByTheClientsThatHadItAndByNoOthers() {
        SslBundle producers = SslBundle.of(null);
        SslBundle consumers = SslBundle.of(null);
        SslBundle admins = SslBundle.of(null);
        try (KafkaClients clients =
                new KafkaClients(settings(producers), settings(consumers), settings(admins), 1_000)) {
            assertThat(used(clients)).containsExactly(producers, consumers, admins);
            for (int reloads = 0; reloads < 2; reloads++) {
                int generation = clients.generation();
                SslBundle reloaded = SslBundle.of(null);
                clients.renew(consumers, reloaded);
                assertThat(clients.generation()).isNotEqualTo(generation);
                assertThat(used(clients)).containsExactly(producers, reloaded, admins);
            }
        }
    }

    private static Map<String, Object> settings(SslBundle bundle) {
        return Map.of(
                CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG,
                "127.0.0.1:1",
                CommonClientConfigs.METRIC_REPORTER_CLASSES_CONFIG,
                Settings.class.getName(),
                SslBundle.class.getName(),
                bundle);
    }

    /** Returns the bundles that a producer, a consumer and a client for administration have. */
    private static List<Object> used(KafkaClients clients) {
        USED.clear();
        clients.newProducer().close(Duration.ZERO);
        clients.newConsumer().close();
        clients.admin();
        return List.copyOf(USED);
    }
}
