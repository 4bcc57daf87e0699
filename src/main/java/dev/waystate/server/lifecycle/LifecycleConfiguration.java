package dev.waystate.server.lifecycle;

import java.time.Duration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The beans that end the process when it fails, and keep it small when it is idle. */
@Configuration(proxyBeanMethods = false)
class LifecycleConfiguration {

    /** Loads that come and go more quickly find the heap as large as they left it. */
    private static final Duration IDLE = Duration.ofSeconds(10);

    @Bean
    Scheduler scheduler(FailStop failStop) {
        return new Scheduler(failStop::stop);
    }

    @Bean
    OutOfMemory outOfMemory(FailStop failStop, Scheduler scheduler) {
        return new OutOfMemory(failStop::stop, scheduler);
    }

    @Bean
    IdleCollection idleCollection() {
        return new IdleCollection(IDLE);
    }
}
