package dev.waystate.cli.connection;

import dev.waystate.proto.DisplacementServiceGrpc;
import dev.waystate.proto.v1.StateLogServiceGrpc;
import io.grpc.MethodDescriptor;
import io.grpc.health.v1.HealthGrpc;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The service configs of the channels, in the form that gRPC parses from JSON. */
final class ServiceConfig {

    /**
     * The unary reads, which may be repeated. {@code stream_state} may not, and the other streams resume by themselves.
     */
    private static final List<MethodDescriptor<?, ?>> REPEATABLE = List.of(
            StateLogServiceGrpc.getListRecordsMethod(),
            StateLogServiceGrpc.getListSourcesMethod(),
            StateLogServiceGrpc.getListTransitionsMethod(),
            StateLogServiceGrpc.getGetSummaryMethod(),
            DisplacementServiceGrpc.getComputeDisplacementMethod(),
            HealthGrpc.getCheckMethod());

    /** Three more attempts, each at the next connected replica, all within half a second and the deadline. */
    private static final Map<String, ?> RETRIES = Map.of(
            "methodConfig",
            List.of(Map.of(
                    "name",
                    REPEATABLE.stream()
                            .map(method ->
                                    Map.of("service", method.getServiceName(), "method", method.getBareMethodName()))
                            .toList(),
                    "retryPolicy",
                    Map.of(
                            "maxAttempts",
                            4.0,
                            "initialBackoff",
                            "0.02s",
                            "maxBackoff",
                            "0.5s",
                            "backoffMultiplier",
                            4.0,
                            "retryableStatusCodes",
                            List.of("UNAVAILABLE")))));

    private ServiceConfig() {}

    /**
     * Returns a config whose calls take turns at the replicas, and are repeated; calls of a single server are only
     * repeated.
     */
    static Map<String, ?> balanced(Target target) {
        return target.replicas()
                ? with("loadBalancingConfig", List.of(Map.of("round_robin", Map.of())), RETRIES)
                : RETRIES;
    }

    /** Returns such a config that also checks the replicas' health, and leaves out those that are not SERVING. */
    static Map<String, ?> healthy(Target target) {
        Map<String, ?> config = balanced(target);
        return target.replicas() ? with("healthCheckConfig", Map.of("serviceName", ""), config) : config;
    }

    private static Map<String, ?> with(String key, Object value, Map<String, ?> config) {
        Map<String, Object> more = new HashMap<>(config);
        more.put(key, value);
        return more;
    }
}
