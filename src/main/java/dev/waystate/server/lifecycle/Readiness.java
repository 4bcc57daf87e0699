package dev.waystate.server.lifecycle;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.ApplicationContext;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;

/**
 * Whether the server takes traffic. Once it drains, it does not. If a part of it has refused traffic during the start,
 * the server still does after that. May be called from any thread.
 */
@Component
public class Readiness {

    private final ApplicationContext application;

    /**
     * Read without the lock: a listener of a change may hold a lock of its own, for which the thread that makes the
     * change waits.
     */
    private volatile boolean refusing;

    private boolean draining;

    Readiness(ApplicationContext application, ApplicationAvailability availability, MeterRegistry meters) {
        this.application = application;
        Gauge.builder("waystate.ready", availability, Readiness::asNumber)
                .description("1 while the server takes traffic, else 0")
                .register(meters);
    }

    private static double asNumber(ApplicationAvailability availability) {
        return availability.getReadinessState() == ReadinessState.ACCEPTING_TRAFFIC ? 1 : 0;
    }

    public synchronized void change(ReadinessState state) {
        refusing = state == ReadinessState.REFUSING_TRAFFIC;
        if (!draining) {
            AvailabilityChangeEvent.publish(application, state);
        }
    }

    boolean isRefusing() {
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
