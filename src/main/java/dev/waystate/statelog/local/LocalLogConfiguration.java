package dev.waystate.statelog.local;

import dev.waystate.server.properties.InvalidPropertyException;
import dev.waystate.statelog.StateLog;
import dev.waystate.statelog.view.LogHealth;
import dev.waystate.statelog.view.StoreProperties;
import dev.waystate.statelog.view.UnusableFileException;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The log behind the services, unless it is in a topic. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty(name = "waystate.state-log.kafka.topic", havingValue = "false", matchIfMissing = true)
class LocalLogConfiguration {

    @Bean
    StateLog stateLog(StoreProperties properties, LogHealth health) {
        try {
            return LocalStateLog.open(properties, TimeSources.SYSTEM, health);
        } catch (UnusableFileException unusable) {
            throw new InvalidPropertyException("waystate.state-log.file", unusable.getMessage());
        }
    }
}
