package dev.waystate.statelog.local;

import dev.waystate.server.lifecycle.FailStop;
import dev.waystate.server.lifecycle.Readiness;
import dev.waystate.server.properties.InvalidPropertyException;
import dev.waystate.statelog.StateLog;
import dev.waystate.statelog.view.UnusableFileException;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The log behind the services. */
@Configuration(proxyBeanMethods = false)
class StoreConfiguration {

    @Bean
    StateLog stateLog(StoreProperties properties, FailStop failStop, Readiness readiness) {
        try {
            return LocalStateLog.open(properties, TimeSources.SYSTEM, health(failStop, readiness));
        } catch (UnusableFileException unusable) {
            throw new InvalidPropertyException("waystate.state-log.file", unusable.getMessage());
        }
    }

    private static LogHealth health(FailStop failStop, Readiness readiness) {
        return new LogHealth() {

            @Override
            public void held() {
                readiness.change(ReadinessState.REFUSING_TRAFFIC);
            }

            @Override
            public void free() {
                readiness.change(ReadinessState.ACCEPTING_TRAFFIC);
            }

            @Override
            public void failed(Throwable problem) {
                failStop.stop(problem);
            }
        };
    }
}
