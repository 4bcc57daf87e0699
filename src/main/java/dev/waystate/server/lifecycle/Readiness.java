package dev.waystate.server.lifecycle;

import java.util.LinkedHashSet;
import java.util.Set;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.ApplicationContext;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * Whether the server takes traffic: while nobody has a reason against it, and not any more once it drains. May be called
 * from any thread.
 */
@Component
public class Readiness {

    private final ApplicationContext application;
    private final Set<String> reasons = new LinkedHashSet<>();
    private boolean draining;

    Readiness(ApplicationContext application) {
        this.application = application;
    }

    /** Turns traffic away until {@link #accept} takes the reason back. */
    public synchronized void refuse(String reason) {
        if (reasons.add(reason) && reasons.size() == 1) {
            publish(ReadinessState.REFUSING_TRAFFIC);
        }
    }

    /** Takes a reason back; traffic is taken again when there is no other. */
    public synchronized void accept(String reason) {
        if (reasons.remove(reason) && reasons.isEmpty()) {
            publish(ReadinessState.ACCEPTING_TRAFFIC);
        }
    }

    @EventListener
    synchronized void drain(ContextClosedEvent closed) {
        draining = true;
    }

    private void publish(ReadinessState state) {
        if (!draining) {
            AvailabilityChangeEvent.publish(application, state);
        }
    }
}
