package dev.waystate.server;

import io.grpc.protobuf.services.HealthStatusManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.ApplicationContext;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * Announces the end before it comes: health turns to NOT_SERVING for good, and only after the drain delay the servers
 * stop accepting and finish their open calls.
 */
@Component
class Drain {

    private static final Logger log = LoggerFactory.getLogger(Drain.class);

    private final ApplicationContext application;
    private final HealthStatusManager health;
    private final ServerProperties properties;

    Drain(ApplicationContext application, HealthStatusManager health, ServerProperties properties) {
        this.application = application;
        this.health = health;
        this.properties = properties;
    }

    @EventListener
    void closing(ContextClosedEvent event) throws InterruptedException {
        if (event.getApplicationContext() != application) {
            return;
        }
        AvailabilityChangeEvent.publish(application, ReadinessState.REFUSING_TRAFFIC);
        health.enterTerminalState();
        if (!properties.drainDelay().isZero()) {
            log.info(
                    "Draining: accepting calls for another {} ms",
                    properties.drainDelay().toMillis());
            Thread.sleep(properties.drainDelay().toMillis());
        }
    }
}
