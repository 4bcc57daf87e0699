package dev.waystate.security;

import dev.waystate.proto.DisplacementServiceGrpc;
import dev.waystate.proto.RequestStreamingGrpc;
import dev.waystate.proto.v1.BulkDisplacementServiceGrpc;
import dev.waystate.proto.v1.StateLogServiceGrpc;
import io.grpc.MethodDescriptor;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import java.util.Map;
import java.util.Set;

/** What a caller needs for each method. Nobody may call a method that is not here. */
final class MethodPermissions {

    private static final Map<String, Permission> NEEDED = Map.of(
            DisplacementServiceGrpc.getComputeDisplacementMethod().getFullMethodName(),
            Permission.DISPLACEMENT_COMPUTE,
            BulkDisplacementServiceGrpc.getComputeDisplacementsMethod().getFullMethodName(),
            Permission.DISPLACEMENT_COMPUTE,
            RequestStreamingGrpc.getStreamStateMethod().getFullMethodName(),
            Permission.STATE_WRITE,
            StateLogServiceGrpc.getAppendMethod().getFullMethodName(),
            Permission.STATE_WRITE,
            StateLogServiceGrpc.getReadMethod().getFullMethodName(),
            Permission.STATE_READ,
            StateLogServiceGrpc.getListSourcesMethod().getFullMethodName(),
            Permission.STATE_READ,
            StateLogServiceGrpc.getGetSummaryMethod().getFullMethodName(),
            Permission.STATE_READ);

    /** For every caller, whatever it may do. */
    private static final Set<String> FOR_ANY_CALLER = Set.of(
            ServerReflectionGrpc.getServerReflectionInfoMethod().getFullMethodName(),
            io.grpc.reflection.v1alpha.ServerReflectionGrpc.getServerReflectionInfoMethod()
                    .getFullMethodName());

    /** For everybody, without credentials: load balancers and orchestrators have none. */
    private static final Set<String> OPEN = Set.of(
            HealthGrpc.getCheckMethod().getFullMethodName(),
            HealthGrpc.getWatchMethod().getFullMethodName());

    private MethodPermissions() {}

    static boolean isOpen(MethodDescriptor<?, ?> method) {
        return OPEN.contains(method.getFullMethodName());
    }

    static boolean allow(Caller caller, MethodDescriptor<?, ?> method) {
        Permission needed = NEEDED.get(method.getFullMethodName());
        return needed == null ? FOR_ANY_CALLER.contains(method.getFullMethodName()) : caller.has(needed);
    }

    static boolean isKnown(MethodDescriptor<?, ?> method) {
        String name = method.getFullMethodName();
        return NEEDED.containsKey(name) || FOR_ANY_CALLER.contains(name) || OPEN.contains(name);
    }
}
