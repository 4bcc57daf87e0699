package dev.waystate.server.telemetry;

import io.grpc.Status;
import io.grpc.Status.Code;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Meter.MeterProvider;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.BaseUnits;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import net.devh.boot.grpc.common.util.Constants;
import org.springframework.stereotype.Component;

/**
 * The meters of gRFC A66 for every call, as the starter has them, but for two things. A meter is looked up once, and
 * not for each call. Methods that do not exist share one name, since clients choose such names as they like.
 */
@Component
class CallMetrics implements CallObserver {

    private static final String UNKNOWN_METHOD = "other";

    private static final Tags SOURCE_TAGS =
            Tags.of("instrumentation_source", Constants.LIBRARY_NAME, "instrumentation_version", Constants.VERSION);

    private static final double[] SIZE_BUCKETS = {
        0x1p10, 0x1p11, 0x1p12, 0x1p14, 0x1p16, 0x1p18, 0x1p20, 0x1p22, 0x1p24, 0x1p26, 0x1p28, 0x1p30, 0x1p32
    };

    private static final Duration[] DURATION_BUCKETS = Stream.of(
                    0.01, 0.05, 0.1, 0.3, 0.6, 0.8, 1, 2, 3, 4, 5, 6, 8, 10, 13, 16, 20, 25, 30, 40, 50, 65, 80, 100,
                    130, 160, 200, 250, 300, 400, 500, 650, 800, 1e3, 2e3, 5e3, 10e3, 20e3, 50e3, 100e3)
            .map(millis -> Duration.ofNanos(Math.round(millis.doubleValue() * 1e6)))
            .toArray(Duration[]::new);

    private final MeterProvider<Counter> startedCalls;
    private final MeterProvider<Timer> durations;
    private final MeterProvider<DistributionSummary> sentSizes;
    private final MeterProvider<DistributionSummary> receivedSizes;
    private final Map<String, MethodMeters> methods = new ConcurrentHashMap<>();

    CallMetrics(MeterRegistry registry) {
        startedCalls = Counter.builder("grpc.server.call.started")
                .description("The total number of RPC attempts started from the server side, including "
                        + "those that have not completed.")
                .withRegistry(registry);
        durations = Timer.builder("grpc.server.call.duration")
                .description("Time taken to complete a call from server transport's perspective")
                .serviceLevelObjectives(DURATION_BUCKETS)
                .withRegistry(registry);
        sentSizes = size("sent", registry);
        receivedSizes = size("received", registry);
    }

    private static MeterProvider<DistributionSummary> size(String direction, MeterRegistry registry) {
        String abbreviation = direction.equals("received") ? "rcvd" : direction;
        return DistributionSummary.builder("grpc.server.call." + abbreviation + "_total_compressed_message_size")
                .description("Compressed message bytes " + direction + " per server call")
                .baseUnit(BaseUnits.BYTES)
                .serviceLevelObjectives(SIZE_BUCKETS)
                .withRegistry(registry);
    }

    @Override
    public void started(MeasuredCall call) {
        meters(call.methodName()).started.increment();
    }

    @Override
    public void ended(MeasuredCall call, Status status) {
        boolean known = call.method() != null;
        MethodMeters method = meters(known ? call.methodName() : UNKNOWN_METHOD);
        if (!known) {
            method.started.increment();
        }
        EndMeters meters = method.ended(status.getCode());
        meters.duration.record(call.elapsedNanos(), TimeUnit.NANOSECONDS);
        meters.sentSize.record(call.sentBytes());
        meters.receivedSize.record(call.receivedBytes());
    }

    private MethodMeters meters(String method) {
        MethodMeters known = methods.get(method); // computeIfAbsent may lock, even for what is there
        return known != null ? known : methods.computeIfAbsent(method, MethodMeters::new);
    }

    /** The meters of a method. */
    private final class MethodMeters {

        private final Tags tags;
        private final Counter started;
        private final Map<Code, EndMeters> byStatus = new ConcurrentHashMap<>();

        MethodMeters(String name) {
            tags = SOURCE_TAGS.and("grpc.method", name);
            started = startedCalls.withTags(tags);
        }

        EndMeters ended(Code code) {
            EndMeters known = byStatus.get(code);
            return known != null ? known : byStatus.computeIfAbsent(code, this::meters);
        }

        private EndMeters meters(Code code) {
            Tags ended = tags.and("grpc.status", code.toString());
            return new EndMeters(durations.withTags(ended), sentSizes.withTags(ended), receivedSizes.withTags(ended));
        }
    }

    /** The meters of the calls of a method that end with a status. */
    private record EndMeters(Timer duration, DistributionSummary sentSize, DistributionSummary receivedSize) {}
}
