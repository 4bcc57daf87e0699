package dev.waystate.server.calls;

import dev.waystate.server.status.StatusTable;
import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import java.util.Collection;
import java.util.List;
import net.devh.boot.grpc.server.service.AnnotationGrpcServiceDiscoverer;
import net.devh.boot.grpc.server.service.GrpcServiceDefinition;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Finds the services. It puts a {@link GuardedHandler} before each of their methods, and the {@link CallFilter} behind
 * that, outside of every interceptor: no interceptor could catch what goes wrong while grpc-java parses requests and
 * runs interceptors.
 */
@Component
class GuardedServices extends AnnotationGrpcServiceDiscoverer {

    private final CallFilter filter;
    private final StatusTable statuses;
    private @Nullable List<GrpcServiceDefinition> services;

    GuardedServices(CallFilter filter, StatusTable statuses) {
        this.filter = filter;
        this.statuses = statuses;
    }

    @Override
    public synchronized Collection<GrpcServiceDefinition> findGrpcServices() {
        if (services == null) {
            services = super.findGrpcServices().stream()
                    .map(service -> new GrpcServiceDefinition(
                            service.getBeanName(),
                            service.getBeanClazz(),
                            guarded(service.getBeanClazz(), service.getDefinition())))
                    .toList();
        }
        return services;
    }

    private ServerServiceDefinition guarded(Class<?> implementation, ServerServiceDefinition service) {
        return ServiceMethods.replace(service, method -> guarded(implementation, method));
    }

    private <ReqT, RespT> ServerMethodDefinition<?, RespT> guarded(
            Class<?> implementation, ServerMethodDefinition<ReqT, RespT> definition) {
        MethodDescriptor<ReqT, RespT> method = definition.getMethodDescriptor();
        return GuardedHandler.guarded(
                method, filter.before(implementation, method, definition.getServerCallHandler()), statuses);
    }
}
