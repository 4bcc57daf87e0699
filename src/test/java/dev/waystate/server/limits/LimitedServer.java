package dev.waystate.server.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waystate.WaystateApplication;
import dev.waystate.proto.Displacement;
import dev.waystate.proto.DisplacementServiceGrpc;
import dev.waystate.proto.Empty;
import dev.waystate.statelog.StateLog;
import io.grpc.Attributes;
import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerStreamTracer;
import io.grpc.ServerTransportFilter;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ServerCalls;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import net.devh.boot.grpc.server.event.GrpcServerStartedEvent;
import net.devh.boot.grpc.server.serverfactory.GrpcServerConfigurer;
import net.devh.boot.grpc.server.service.GrpcService;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.TypeExcludeFilter;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.event.EventListener;
import org.springframework.core.type.classreading.MetadataReader;
import org.springframework.core.type.classreading.MetadataReaderFactory;

/** The service on a real port, with limits of the test's choice, and somebody who uses it all the time. */
final class LimitedServer implements AutoCloseable {

    /** A unary method that never answers. */
    static final MethodDescriptor<Empty, Empty> HANG = MethodDescriptor.<Empty, Empty>newBuilder()
            .setFullMethodName("waystate.test.Hanging/Hang")
            .setType(MethodType.UNARY)
            .setRequestMarshaller(ProtoUtils.marshaller(Empty.getDefaultInstance()))
            .setResponseMarshaller(ProtoUtils.marshaller(Empty.getDefaultInstance()))
            .build();

    private static final int CALLS_AFTERWARDS = 20;

    private final ConfigurableApplicationContext application;
    private final List<ManagedChannel> channels = new ArrayList<>();
    private final Neighbour neighbour;

    private LimitedServer(ConfigurableApplicationContext application) {
        this.application = application;
        this.neighbour = new Neighbour(channel());
        assertNeighbourUnharmed(); // and the server is warm
    }

    /** @param limits {@code name=value}, the names without {@code waystate.limits.} */
    static LimitedServer start(String... limits) {
        Stream<String> common = Stream.of(
                "grpc.server.port=0",
                "grpc.server.shutdown-grace-period=0s",
                "waystate.state-log.file=target/test-logs/${random.uuid}/waystate.db");
        return new LimitedServer(new SpringApplicationBuilder(WaystateApplication.class, Probe.class)
                .web(WebApplicationType.NONE)
                .initializers(context -> context.getBeanFactory().registerSingleton("otherTests", new OtherTests()))
                .run(Stream.concat(common, Arrays.stream(limits).map(limit -> "waystate.limits." + limit))
                        .map(property -> "--" + property)
                        .toArray(String[]::new)));
    }

    int port() {
        return application.getBean(Probe.class).port;
    }

    StateLog stateLog() {
        return application.getBean(StateLog.class);
    }

    ManagedChannel channel() {
        return channel(port());
    }

    /** Returns a channel to the server, or to something before it. */
    ManagedChannel channel(int port) {
        ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", port)
                .flowControlWindow(65_535)
                .usePlaintext()
                .build();
        channels.add(channel);
        return channel;
    }

    double refused(String limit) {
        return application
                .getBean(MeterRegistry.class)
                .counter("waystate.limits.refused", "limit", limit)
                .count();
    }

    /** Returns how many calls of a method have ended with a status, by the meter that tells operators of it. */
    long endedCalls(MethodDescriptor<?, ?> method, Status.Code code) {
        return application
                .getBean(MeterRegistry.class)
                .find("grpc.server.call.duration")
                .tag("grpc.method", method.getFullMethodName())
                .tag("grpc.status", code.name())
                .timers()
                .stream()
                .mapToLong(Timer::count)
                .sum();
    }

    /** Returns how many calls of a method are open, from their first byte to their last. */
    int openCalls(MethodDescriptor<?, ?> method) {
        return (int) application.getBean(Probe.class).openCalls.stream()
                .filter(method.getFullMethodName()::equals)
                .count();
    }

    int connectionsSoFar() {
        return application.getBean(Probe.class).connections.get();
    }

    /** Checks that the one who uses the server is still served, and has always been. */
    void assertNeighbourUnharmed() {
        neighbour.assertUnharmed();
    }

    @Override
    public void close() {
        neighbour.stop();
        channels.forEach(ManagedChannel::shutdownNow);
        application.close();
    }

    /** The parts of the server that tests look at. */
    static class Probe {

        final List<String> openCalls = new CopyOnWriteArrayList<>();
        final AtomicInteger connections = new AtomicInteger();
        volatile int port;

        @EventListener
        void started(GrpcServerStartedEvent event) {
            port = event.getPort();
        }

        @Bean
        GrpcServerConfigurer probes() {
            return server -> server.addTransportFilter(new ServerTransportFilter() {
                        @Override
                        public Attributes transportReady(Attributes attributes) {
                            connections.incrementAndGet();
                            return attributes;
                        }
                    })
                    .addStreamTracerFactory(new ServerStreamTracer.Factory() {
                        @Override
                        public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
                            openCalls.add(method);
                            return new ServerStreamTracer() {
                                @Override
                                public void streamClosed(Status status) {
                                    openCalls.remove(method);
                                }
                            };
                        }
                    });
        }

        @Bean
        @GrpcService
        BindableService hanging() {
            return () -> ServerServiceDefinition.builder("waystate.test.Hanging")
                    .addMethod(HANG, ServerCalls.asyncUnaryCall((request, responses) -> {}))
                    .build();
        }
    }

    /** Keeps out what other tests add to the service, as their own way to start it does. */
    private static final class OtherTests extends TypeExcludeFilter {

        @Override
        public boolean match(MetadataReader type, MetadataReaderFactory types) {
            return type.getAnnotationMetadata().isAnnotated(TestConfiguration.class.getName());
        }
    }

    /** Somebody who calls again and again. */
    private static final class Neighbour {

        private final ManagedChannel channel;
        private final Thread thread = new Thread(this::call, "neighbour");
        private final AtomicInteger succeeded = new AtomicInteger();
        private final List<Throwable> failures = new CopyOnWriteArrayList<>();
        private volatile boolean stopping;

        Neighbour(ManagedChannel channel) {
            this.channel = channel;
            thread.setDaemon(true);
            thread.start();
        }

        private void call() {
            while (!stopping) {
                try {
                    DisplacementServiceGrpc.newBlockingStub(channel)
                            .withDeadlineAfter(5, TimeUnit.SECONDS)
                            .computeDisplacement(Displacement.getDefaultInstance());
                    succeeded.incrementAndGet();
                    Thread.sleep(5);
                } catch (Exception failure) {
                    if (!stopping) {
                        failures.add(failure);
                    }
                }
            }
        }

        void assertUnharmed() {
            int before = succeeded.get();
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> succeeded.get() >= before + CALLS_AFTERWARDS || !failures.isEmpty());
            assertThat(failures).isEmpty();
        }

        void stop() {
            stopping = true;
            thread.interrupt();
        }
    }
}
