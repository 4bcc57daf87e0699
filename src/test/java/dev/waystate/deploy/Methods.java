package dev.waystate.deploy;

import dev.waystate.proto.DisplacementServiceGrpc;
import dev.waystate.proto.RequestStreamingGrpc;
import dev.waystate.proto.v1.BulkDisplacementServiceGrpc;
import dev.waystate.proto.v1.StateLogServiceGrpc;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServiceDescriptor;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/** The methods of the server, as the label {@code grpc_method} has them. */
final class Methods {

    private static final List<ServiceDescriptor> OURS = List.of(
            DisplacementServiceGrpc.getServiceDescriptor(),
            RequestStreamingGrpc.getServiceDescriptor(),
            BulkDisplacementServiceGrpc.getServiceDescriptor(),
            StateLogServiceGrpc.getServiceDescriptor());

    private static final List<ServiceDescriptor> OTHERS =
            List.of(HealthGrpc.getServiceDescriptor(), ServerReflectionGrpc.getServiceDescriptor());

    private Methods() {}

    static List<String> ours() {
        return names(OURS, true, true);
    }

    static List<String> oursThatAreUnary() {
        return names(OURS, true, false);
    }

    static List<String> thatAreUnary() {
        return names(Stream.of(OURS, OTHERS).flatMap(List::stream).toList(), true, false);
    }

    static List<String> thatStream() {
        return names(Stream.of(OURS, OTHERS).flatMap(List::stream).toList(), false, true);
    }

    static List<String> thatAreNotOurs() {
        return names(OTHERS, true, true);
    }

    private static List<String> names(List<ServiceDescriptor> services, boolean unary, boolean streaming) {
        return services.stream()
                .map(ServiceDescriptor::getMethods)
                .flatMap(Collection::stream)
                .filter(method -> method.getType() == MethodType.UNARY ? unary : streaming)
                .map(MethodDescriptor::getFullMethodName)
                .toList();
    }
}
