package dev.waystate.server.lifecycle;

import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import net.devh.boot.grpc.server.serverfactory.GrpcServerConfigurer;
import net.devh.boot.grpc.server.service.GrpcServiceDiscoverer;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * Keeps {@code grpc.health.v1} equal to the application's readiness, for the server as a whole ({@code ""}) and for each
 * of its services.
 */
@Component
class HealthMirror implements GrpcServerConfigurer {

    private final HealthStatusManager health;
    private final GrpcServiceDiscoverer services;
    private final ApplicationAvailability availability;
    private final Readiness readiness;

    HealthMirror(
            HealthStatusManager health,
            GrpcServiceDiscoverer services,
            ApplicationAvailability availability,
            Readiness readiness) {
        this.health = health;
        this.services = services;
        this.availability = availability;
        this.readiness = readiness;
    }

    /** Takes back the SERVING that the starter gives each service before the application is ready. */
    @Override
    public void accept(io.grpc.ServerBuilder<?> server) {
        show(availability.getReadinessState());
    }

    @EventListener
    void readinessChanged(AvailabilityChangeEvent<ReadinessState> event) {
        show(event.getState());
    }

    private synchronized void show(ReadinessState state) {
        boolean serving = state == ReadinessState.ACCEPTING_TRAFFIC && !readiness.isRefusing();
        ServingStatus status = serving ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
        health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, status);
        services.findGrpcServices()
                .forEach(service -> health.setStatus(
                        service.getDefinition().getServiceDescriptor().getName(), status));
    }
}
