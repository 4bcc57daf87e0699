package dev.waystate.server.calls;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import net.devh.boot.grpc.server.config.GrpcServerProperties;
import net.devh.boot.grpc.server.serverfactory.GrpcServerConfigurer;
import net.devh.boot.grpc.server.service.GrpcServiceDiscoverer;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;

/**
 * Serves the calls of the HTTP port, without a network, through the same interceptors, permissions, limits and meters
 * as those of the gRPC port. It drains as that port does, and at the same time. A configuration that needs it imports
 * it.
 */
public class InProcessServer implements SmartLifecycle {

    private final String name = "waystate-" + UUID.randomUUID();
    private final GrpcServiceDiscoverer services;
    private final List<GrpcServerConfigurer> configurers;
    private final Drain drain;
    private final Duration gracePeriod;
    private @Nullable Server server;

    InProcessServer(
            GrpcServiceDiscoverer services,
            List<GrpcServerConfigurer> configurers,
            Drain drain,
            GrpcServerProperties properties) {
        this.services = services;
        this.configurers = configurers;
        this.drain = drain;
        this.gracePeriod = properties.getShutdownGracePeriod();
    }

    /** Callbacks run on the threads of the services, and must not block. */
    @Bean(destroyMethod = "shutdownNow")
    ManagedChannel inProcessChannel() {
        return InProcessChannelBuilder.forName(name).directExecutor().build();
    }

    @Override
    public void start() {
        InProcessServerBuilder builder = InProcessServerBuilder.forName(name);
        services.findGrpcServices().forEach(service -> builder.addService(service.getDefinition()));
        configurers.forEach(configurer -> configurer.accept(builder));
        try {
            server = builder.build().start();
        } catch (IOException taken) {
            throw new UncheckedIOException(taken);
        }
    }

    /** Does not wait: the server of the gRPC port stops in the same phase. */
    @Override
    public void stop(Runnable stopped) {
        server.shutdown();
        drain.endCallsOnceShutDown(server, call -> !call.hasThread());
        new Thread(() -> awaitEnd(stopped), "in-process-server-stop").start();
    }

    private void awaitEnd(Runnable stopped) {
        try {
            if (gracePeriod.isNegative()) {
                server.awaitTermination();
            } else {
                server.awaitTermination(gracePeriod.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException early) {
            Thread.currentThread().interrupt();
        } finally {
            server.shutdownNow();
            stopped.run();
        }
    }

    @Override
    public void stop() {
        server.shutdownNow();
    }

    @Override
    public boolean isRunning() {
        return server != null && !server.isShutdown();
    }

    @Override
    public int getPhase() {
        return Integer.MAX_VALUE;
    }
}
