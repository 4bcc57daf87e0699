package dev.waystate.server.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.waystate.proto.Data;
import dev.waystate.proto.Empty;
import dev.waystate.server.calls.FaultyService;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import net.devh.boot.grpc.server.metrics.MetricsServerStreamTracers;
import org.junit.jupiter.api.Test;

/** What a scrape shows of the calls, measured by {@link CallMetrics} and by the starter's tracers. */
class CallMetricsTests {

    private static final String METHOD = FaultyService.FAIL.getFullMethodName();

    private final PrometheusMeterRegistry ours = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final PrometheusMeterRegistry starters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    @Test
    void callsAreCountedByMethodAndStatus() throws IOException {
        measure(ourTracers(), ours, METHOD, METHOD);
        assertThat(series(ours, METHOD))
                .contains(
                        "grpc_server_call_started_total{grpc_method} 4.0",
                        "grpc_server_call_duration_seconds_count{grpc_method,OK} 2",
                        "grpc_server_call_duration_seconds_count{grpc_method,UNKNOWN} 2",
                        "grpc_server_call_rcvd_total_compressed_message_size_bytes_sum{grpc_method,OK} 18.0");
    }

    @Test
    void aScrapeLooksAsTheStartersDoes() throws IOException {
        measure(ourTracers(), ours, METHOD);
        measure(startersTracers(), starters, METHOD);
        assertThat(withoutValues(ours)).isEqualTo(withoutValues(starters)).hasSizeGreaterThan(100);
    }

    @Test
    void methodsThatDoNotExistShareOneName() throws IOException {
        measure(ourTracers(), ours, "no.Such/A", "no.Such/B", "no.Such/C");
        assertThat(ours.scrape()).doesNotContain("no.Such");
        assertThat(series(ours, "other"))
                .contains(
                        "grpc_server_call_started_total{grpc_method} 6.0",
                        "grpc_server_call_duration_seconds_count{grpc_method,UNIMPLEMENTED} 6");
    }

    /** The control: each name that a client makes up stays in memory. */
    @Test
    void theStartersTracersKeepEveryNameThatAClientMakesUp() throws IOException {
        measure(startersTracers(), starters, "no.Such/A", "no.Such/B", "no.Such/C");
        assertThat(starters.scrape()).contains("\"no.Such/A\"", "\"no.Such/B\"", "\"no.Such/C\"");
    }

    private ServerStreamTracer.Factory ourTracers() {
        CallObserver[] observers = {new CallMetrics(ours)};
        return new ServerStreamTracer.Factory() {
            @Override
            public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
                return new MeasuredCall(observers, method, headers, null) {};
            }
        };
    }

    private ServerStreamTracer.Factory startersTracers() {
        return new MetricsServerStreamTracers().getMetricsServerTracerFactory(starters);
    }

    /** Calls each method twice, well and badly, and waits until that is counted. */
    private static void measure(ServerStreamTracer.Factory tracers, PrometheusMeterRegistry registry, String... methods)
            throws IOException {
        Server server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .directExecutor()
                .addService(new FaultyService())
                .addStreamTracerFactory(tracers)
                .build()
                .start();
        ManagedChannel channel = NettyChannelBuilder.forAddress("localhost", server.getPort())
                .usePlaintext()
                .build();
        for (String method : methods) {
            call(channel, method, "nothing");
            call(channel, method, "message");
        }
        await().atMost(5, TimeUnit.SECONDS)
                .until(() -> registry.find("grpc.server.call.duration").timers().stream()
                                .mapToLong(timer -> timer.count())
                                .sum()
                        == 2L * methods.length);
        channel.shutdownNow();
        server.shutdownNow();
    }

    private static void call(ManagedChannel channel, String name, String fault) {
        MethodDescriptor<Data, Empty> method = FaultyService.FAIL.toBuilder()
                .setFullMethodName(name)
                .setType(MethodType.SERVER_STREAMING)
                .build();
        StatusRuntimeException failure = catchThrowableOfType(
                StatusRuntimeException.class,
                () -> ClientCalls.blockingServerStreamingCall(
                                channel,
                                method,
                                CallOptions.DEFAULT.withDeadlineAfter(5, TimeUnit.SECONDS),
                                Data.newBuilder().setInfo(fault).build())
                        .forEachRemaining(response -> {}));
        boolean fails = !name.equals(METHOD) || fault.equals("message");
        assertThat(failure == null ? Status.OK : failure.getStatus()).matches(status -> status.isOk() != fails);
    }

    private static List<String> series(PrometheusMeterRegistry registry, String method) {
        return registry.scrape()
                .lines()
                .filter(line -> line.contains("grpc_method=\"" + method + "\""))
                .map(line -> line.replaceAll("instrumentation_[a-z]+=\"[^\"]*\",?", "")
                        .replace("grpc_method=\"" + method + "\"", "grpc_method")
                        .replaceAll("grpc_status=\"([A-Z_]+)\"", "$1")
                        .replace(",}", "}"))
                .toList();
    }

    private static List<String> withoutValues(PrometheusMeterRegistry registry) {
        return registry.scrape()
                .lines()
                .flatMap(line -> line.startsWith("#") ? Stream.of(line) : Stream.of(line.replaceFirst(" [^ ]+$", "")))
                .sorted()
                .toList();
    }
}
