package dev.waystate.server.lifecycle;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What ends the process when it fails. */
@Configuration(proxyBeanMethods = false)
class LifecycleConfiguration {

    @Bean
    Scheduler scheduler(FailStop failStop) {
        return new Scheduler(failStop::stop);
    }

    @Bean
    OutOfMemory outOfMemory(FailStop failStop, Scheduler scheduler) {
        return new OutOfMemory(failStop::stop, scheduler);
    }
}
