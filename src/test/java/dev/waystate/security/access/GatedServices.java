package dev.waystate.security.access;

import io.grpc.BindableService;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;

/** Puts a gate before the methods of a service, as the server does. */
final class GatedServices {

    private GatedServices() {}

    static ServerServiceDefinition gated(BindableService service, AccessControl gate) {
        ServerServiceDefinition open = service.bindService();
        ServerServiceDefinition.Builder gated = ServerServiceDefinition.builder(open.getServiceDescriptor());
        open.getMethods().forEach(method -> gated.addMethod(gated(service.getClass(), method, gate)));
        return gated.build();
    }

    private static <ReqT, RespT> ServerMethodDefinition<ReqT, RespT> gated(
            Class<?> service, ServerMethodDefinition<ReqT, RespT> method, AccessControl gate) {
        return method.withServerCallHandler(
                gate.before(service, method.getMethodDescriptor(), method.getServerCallHandler()));
    }
}
