package dev.waystate.server.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import net.devh.boot.grpc.server.service.GrpcServiceDiscoverer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.availability.ApplicationAvailabilityBean;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.event.EventListener;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

class ReadinessTests {

    private static final Duration SOON = Duration.ofSeconds(10);

    private final HealthStatusManager health = new HealthStatusManager();
    private final AnnotationConfigApplicationContext application = new AnnotationConfigApplicationContext();
    private final Thread start =
            new Thread(() -> AvailabilityChangeEvent.publish(application, ReadinessState.ACCEPTING_TRAFFIC), "start");
    private final Thread log = new Thread(() -> readiness().change(ReadinessState.ACCEPTING_TRAFFIC), "log");

    /** Lets the start say that it is ready while the log says so: until it waits for the log, or has said it. */
    class StartMeanwhile {

        private boolean done;

        @EventListener
        @Order(Ordered.HIGHEST_PRECEDENCE)
        void changed(AvailabilityChangeEvent<ReadinessState> event) {
            if (Thread.currentThread() == log && !done) {
                done = true;
                start.start();
                await().atMost(SOON)
                        .until(() -> start.getState() == Thread.State.BLOCKED
                                || start.getState() == Thread.State.TERMINATED);
            }
        }
    }

    @BeforeEach
    void open() {
        GrpcServiceDiscoverer services = mock();
        when(services.findGrpcServices()).thenReturn(List.of());
        application.registerBean(SimpleMeterRegistry.class);
        application.registerBean(HealthStatusManager.class, () -> health);
        application.registerBean(GrpcServiceDiscoverer.class, () -> services);
        application.register(ApplicationAvailabilityBean.class, HealthMirror.class, Readiness.class);
        application.registerBean(StartMeanwhile.class, StartMeanwhile::new);
        application.refresh();
        start.setDaemon(true);
        log.setDaemon(true);
    }

    @AfterEach
    void close() {
        if (!log.isAlive()) { // or it would wait for the log, too
            application.close();
        }
    }

    @Test
    void aLogThatIsReadyWhileTheStartEndsLeavesTheServerReady() throws Exception {
        readiness().change(ReadinessState.REFUSING_TRAFFIC);
        assertThat(served()).isEqualTo(ServingStatus.NOT_SERVING);

        log.start();

        await().atMost(SOON).until(() -> !log.isAlive() && !start.isAlive());
        assertThat(served()).isEqualTo(ServingStatus.SERVING);
        assertThat(application.getBean(ApplicationAvailabilityBean.class).getReadinessState())
                .isEqualTo(ReadinessState.ACCEPTING_TRAFFIC);
    }

    @Test
    void theEndOfTheStartDoesNotMakeALogReadyThatIsNot() throws Exception {
        readiness().change(ReadinessState.REFUSING_TRAFFIC);

        AvailabilityChangeEvent.publish(application, ReadinessState.ACCEPTING_TRAFFIC);

        assertThat(served()).isEqualTo(ServingStatus.NOT_SERVING);
        assertThat(application.getBean(ApplicationAvailabilityBean.class).getReadinessState())
                .isEqualTo(ReadinessState.REFUSING_TRAFFIC);
    }

    private Readiness readiness() {
        return application.getBean(Readiness.class);
    }

    private ServingStatus served() throws Exception {
        var server = InProcessServerBuilder.forName("health")
                .directExecutor()
                .addService(health.getHealthService())
                .build()
                .start();
        var channel = InProcessChannelBuilder.forName("health").directExecutor().build();
        try {
            return HealthGrpc.newBlockingStub(channel)
                    .check(HealthCheckRequest.getDefaultInstance())
                    .getStatus();
        } finally {
            channel.shutdownNow();
            server.shutdownNow();
        }
    }
}
