package dev.waystate.statelog.rpc;

import dev.waystate.statelog.CountingStateLog;
import dev.waystate.statelog.StateLog;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The log behind the services. */
@Configuration(proxyBeanMethods = false)
class StateLogConfiguration {

    @Bean
    StateLog stateLog() {
        return new CountingStateLog();
    }
}
