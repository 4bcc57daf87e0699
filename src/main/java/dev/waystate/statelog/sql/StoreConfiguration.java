package dev.waystate.statelog.sql;

import dev.waystate.server.FailStop;
import dev.waystate.statelog.StateLog;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The log behind the services. */
@Configuration(proxyBeanMethods = false)
class StoreConfiguration {

    @Bean
    StateLog stateLog(StoreProperties properties, FailStop failStop) {
        return SqliteStateLog.open(properties, Clock.systemUTC(), failStop::stop);
    }
}
