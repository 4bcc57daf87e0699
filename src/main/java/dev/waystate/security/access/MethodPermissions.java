package dev.waystate.security.access;

import io.grpc.MethodDescriptor;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/**
 * What a caller needs for each method: the permission that {@link RequiresPermission} names. Nobody may call a method
 * without it, except for those that are listed here.
 */
final class MethodPermissions {

    /** Load balancers and orchestrators have no credentials. */
    private static final Set<String> OPEN_SERVICES = Set.of(HealthGrpc.SERVICE_NAME);

    private static final Set<String> ANY_CALLER_SERVICES =
            Set.of(ServerReflectionGrpc.SERVICE_NAME, io.grpc.reflection.v1alpha.ServerReflectionGrpc.SERVICE_NAME);

    private MethodPermissions() {}

    /** Returns whether everybody may call the method, without credentials. */
    static boolean isOpen(MethodDescriptor<?, ?> method) {
        return OPEN_SERVICES.contains(method.getServiceName());
    }

    /** Returns whether every caller may call the method, whatever its permissions. */
    static boolean isForAnyCaller(MethodDescriptor<?, ?> method) {
        return ANY_CALLER_SERVICES.contains(method.getServiceName());
    }

    /** Returns the permission that a service declares for a method. */
    static Optional<Permission> required(Class<?> service, MethodDescriptor<?, ?> method) {
        String name = String.valueOf(method.getBareMethodName()).replace("_", ""); // as in the code that is generated
        return Arrays.stream(service.getMethods())
                .filter(candidate -> candidate.getName().equalsIgnoreCase(name))
                .map(candidate -> candidate.getAnnotation(RequiresPermission.class))
                .flatMap(declared -> Optional.ofNullable(declared).stream())
                .map(RequiresPermission::value)
                .findFirst();
    }
}
