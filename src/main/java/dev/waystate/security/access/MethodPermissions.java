package dev.waystate.security.access;

import io.grpc.MethodDescriptor;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import java.util.Arrays;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Tells which callers may call a method: those with the permission that {@link RequiresPermission} names. A method
 * without the annotation may be called by nobody, except for those of the services listed here.
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

    /** Returns which callers may call the method: those with the permission that the service declares for it. */
    static Predicate<Caller> permitted(Class<?> service, MethodDescriptor<?, ?> method) {
        if (ANY_CALLER_SERVICES.contains(method.getServiceName())) {
            return caller -> true;
        }
        String name = String.valueOf(method.getBareMethodName()).replace("_", ""); // as in the generated code
        return Arrays.stream(service.getMethods())
                .filter(candidate -> candidate.getName().equalsIgnoreCase(name))
                .map(candidate -> candidate.getAnnotation(RequiresPermission.class))
                .filter(Objects::nonNull)
                .<Predicate<Caller>>map(
                        required -> caller -> caller.permissions().contains(required.value()))
                .findFirst()
                .orElse(caller -> false);
    }
}
