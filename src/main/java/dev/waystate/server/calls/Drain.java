package dev.waystate.server.calls;

import dev.waystate.server.lifecycle.Scheduler;
import io.grpc.Server;
import io.grpc.protobuf.services.HealthStatusManager;
import java.time.Duration;
import java.util.function.Predicate;
import net.devh.boot.grpc.server.event.GrpcServerShutdownEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.ApplicationContext;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;

/**
 * Announces the end before it comes. Health turns to NOT_SERVING for good. After the drain delay the servers stop
 * accepting calls. Once the clients know that, the streams that would never end are ended. All other calls are
 * finished.
 */
@Component
class Drain {

    private static final Logger log = LoggerFactory.getLogger(Drain.class);

    private static final String TASK = "drain";
    private static final Duration SHUTDOWN_POLL = Duration.ofMillis(1);
    private static final Duration ASK_INTERVAL = Duration.ofSeconds(1);

    private final ApplicationContext application;
    private final HealthStatusManager health;
    private final OpenCalls openCalls;
    private final Scheduler scheduler;
    private final DrainProperties properties;

    Drain(
            ApplicationContext application,
            HealthStatusManager health,
            OpenCalls openCalls,
            Scheduler scheduler,
            DrainProperties properties) {
        this.application = application;
        this.health = health;
        this.openCalls = openCalls;
        this.scheduler = scheduler;
        this.properties = properties;
    }

    /** Waits for the drain delay. Listeners that end anything have a lower precedence, and come after it. */
    @EventListener
    @Order(0)
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

    /**
     * Begins to watch for the shutdown. It follows this event, and no other event comes between it and the wait for
     * open calls.
     */
    @EventListener
    void shuttingDown(GrpcServerShutdownEvent event) {
        endCallsOnceShutDown(event.getServer(), call -> true);
    }

    /**
     * Ends the calls that would not end by themselves, once the server accepts no more. Does not wait.
     *
     * @param its tells which calls are the server's: two servers that ask the same stream, one just after the other, would
     *     take it as one on which nothing comes
     */
    void endCallsOnceShutDown(Server server, Predicate<OpenCall> its) {
        if (!server.isShutdown()) {
            scheduler.after(TASK, SHUTDOWN_POLL, () -> endCallsOnceShutDown(server, its));
        } else if (!server.isTerminated()) {
            openCalls.all().stream().filter(its).forEach(OpenCall::drain);
            scheduler.after(TASK, ASK_INTERVAL, () -> endCallsOnceShutDown(server, its));
        }
    }
}
