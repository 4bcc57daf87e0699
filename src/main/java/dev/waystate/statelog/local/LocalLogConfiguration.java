package dev.waystate.statelog.local;

import dev.waystate.server.properties.InvalidPropertyException;
import dev.waystate.statelog.StateLog;
import dev.waystate.statelog.file.UnusableFileException;
import dev.waystate.statelog.operation.LogHealth;
import dev.waystate.statelog.operation.LogMetrics;
import dev.waystate.statelog.operation.StoreProperties;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.boot.autoconfigure.condition.ConditionalOnExpression;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The log behind the services, if it is not in a topic. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnExpression("'${waystate.state-log.kafka.topic:}'.isEmpty()")
class LocalLogConfiguration {

    @Bean
    StateLog stateLog(StoreProperties properties, LogHealth health, MeterRegistry meters) {
        try {
            return LocalStateLog.open(properties, TimeSources.SYSTEM, health, new LogMetrics(meters));
        } catch (UnusableFileException unusable) {
            throw new InvalidPropertyException("waystate.state-log.file", unusable.getMessage());
        }
    }
}
