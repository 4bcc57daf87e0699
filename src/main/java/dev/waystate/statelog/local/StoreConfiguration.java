package dev.waystate.statelog.local;

import dev.waystate.server.FailStop;
import dev.waystate.server.Readiness;
import dev.waystate.statelog.StateLog;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The log behind the services. */
@Configuration(proxyBeanMethods = false)
class StoreConfiguration {

    @Bean
    StateLog stateLog(StoreProperties properties, FailStop failStop, Readiness readiness) {
        return LocalStateLog.open(properties, TimeSources.SYSTEM, new LogHealth() {

            private static final String HELD = "another process holds the state log";

            @Override
            public void held() {
                readiness.refuse(HELD);
            }

            @Override
            public void free() {
                readiness.accept(HELD);
            }

            @Override
            public void failed(Throwable problem) {
                failStop.stop(problem);
            }
        });
    }
}
