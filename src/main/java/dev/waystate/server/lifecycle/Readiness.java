package dev.waystate.server.lifecycle;

import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.ApplicationContext;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/** Whether the server takes traffic, which it does not any more once it drains. May be called from any thread. */
@Component
public class Readiness {

    private final ApplicationContext application;
    private boolean draining;

    Readiness(ApplicationContext application) {
        this.application = application;
    }

    public synchronized void change(ReadinessState state) {
        if (!draining) {
            AvailabilityChangeEvent.publish(application, state);
        }
    }

    @EventListener
    synchronized void drain(ContextClosedEvent closed) {
        draining = true;
    }
}
