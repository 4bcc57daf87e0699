package dev.waystate.server.calls;

import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import java.util.List;
import java.util.function.Function;

/** Makes new services from existing ones, since grpc-java's definitions cannot be changed. */
public final class ServiceMethods {

    private ServiceMethods() {}

    /** Returns the service with another definition of each method. The proto file that describes it stays. */
    public static ServerServiceDefinition replace(
            ServerServiceDefinition service,
            Function<ServerMethodDefinition<?, ?>, ServerMethodDefinition<?, ?>> replacement) {
        List<? extends ServerMethodDefinition<?, ?>> methods =
                service.getMethods().stream().map(replacement).toList();
        ServiceDescriptor.Builder descriptor = ServiceDescriptor.newBuilder(
                        service.getServiceDescriptor().getName())
                .setSchemaDescriptor(service.getServiceDescriptor().getSchemaDescriptor());
        methods.forEach(method -> descriptor.addMethod(method.getMethodDescriptor()));
        ServerServiceDefinition.Builder definition = ServerServiceDefinition.builder(descriptor.build());
        methods.forEach(definition::addMethod);
        return definition.build();
    }
}
