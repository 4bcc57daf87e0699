package dev.waystate.statelog.kafka;

import dev.waystate.server.limits.LimitsProperties;
import dev.waystate.server.properties.InvalidPropertyException;
import dev.waystate.statelog.StateLog;
import dev.waystate.statelog.file.UnusableFileException;
import dev.waystate.statelog.operation.LogHealth;
import dev.waystate.statelog.operation.StoreProperties;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.SQLException;
import java.util.Objects;
import java.util.stream.Stream;
import org.springframework.boot.autoconfigure.condition.ConditionalOnExpression;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.kafka.autoconfigure.KafkaProperties;
import org.springframework.boot.kafka.autoconfigure.metrics.KafkaMetricsAutoConfiguration;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.KafkaAdmin;
import org.springframework.kafka.core.ProducerFactory;

/** The log behind the services, if it is in a topic. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnExpression("!'${waystate.state-log.kafka.topic:}'.isEmpty()")
// application.yml excludes them, and the exclusion would also hold for @ImportAutoConfiguration.
@Import({KafkaAutoConfiguration.class, KafkaMetricsAutoConfiguration.class})
class ReplicatedLogConfiguration {

    /**
     * The bytes that an entry has besides the request that it comes from: its origin, that of its claim, and the
     * source.
     */
    static final int ENTRY_OVERHEAD = 4 * 1024;

    @Bean
    StateLog stateLog(
            StoreProperties store,
            ReplicationProperties replication,
            LimitsProperties limits,
            ProducerFactory<?, ?> producers,
            ConsumerFactory<?, ?> consumers,
            KafkaAdmin admin,
            KafkaProperties kafka,
            SslBundles bundles,
            LogHealth health,
            MeterRegistry meters)
            throws SQLException {
        KafkaClients clients = new KafkaClients(
                producers.getConfigurationProperties(),
                consumers.getConfigurationProperties(),
                admin.getConfigurationProperties(),
                (int) limits.messageSize().toBytes() + ENTRY_OVERHEAD);
        Stream.of(
                        kafka.getSsl(),
                        kafka.getProducer().getSsl(),
                        kafka.getConsumer().getSsl(),
                        kafka.getAdmin().getSsl())
                .map(KafkaProperties.Ssl::getBundle)
                .filter(Objects::nonNull)
                .distinct()
                .forEach(name -> {
                    SslBundle configured = bundles.getBundle(name);
                    bundles.addBundleUpdateHandler(name, bundle -> clients.renew(configured, bundle));
                });
        try {
            return ReplicatedStateLog.open(store, replication, clients, health, new ReplicationMetrics(meters));
        } catch (UnusableFileException unusable) {
            throw new InvalidPropertyException("waystate.state-log.file", unusable.getMessage());
        }
    }
}
