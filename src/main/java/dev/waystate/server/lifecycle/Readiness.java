package dev.waystate.server.lifecycle;

import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.ApplicationContext;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;

/**
 * Whether the server takes traffic, which it does not any more once it drains. The end of the start does not change what was
 * said before. May be called from any thread.
 */
@Component
public class Readiness {

    private final ApplicationContext application;
    private boolean draining;
    private boolean refusing;

    Readiness(ApplicationContext application) {
        this.application = application;
    }

    public synchronized void change(ReadinessState state) {
        refusing = state == ReadinessState.REFUSING_TRAFFIC;
        if (!draining) {
            AvailabilityChangeEvent.publish(application, state);
        }
    }

    synchronized boolean isRefusing() {
        return refusing;
    }

    @EventListener
    @Order(Ordered.LOWEST_PRECEDENCE)
    synchronized void started(AvailabilityChangeEvent<ReadinessState> event) {
        if (refusing && event.getState() == ReadinessState.ACCEPTING_TRAFFIC) {
            change(ReadinessState.REFUSING_TRAFFIC);
        }
    }

    @EventListener
    @Order(Ordered.HIGHEST_PRECEDENCE)
    synchronized void drain(ContextClosedEvent closed) {
        draining = true;
    }
}
