package dev.waystate.security;

import io.grpc.BindableService;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;

/** Puts a gate before the methods of a service, as the server does. */
final class GatedServices {

    private GatedServices() {}

    static ServerServiceDefinition gated(BindableService service, AccessGate gate) {
        ServerServiceDefinition open = service.bindService();
        ServerServiceDefinition.Builder gated = ServerServiceDefinition.builder(open.getServiceDescriptor());
        open.getMethods().forEach(method -> gated.addMethod(gated(method, gate)));
        return gated.build();
    }

    private static <ReqT, RespT> ServerMethodDefinition<ReqT, RespT> gated(
            ServerMethodDefinition<ReqT, RespT> method, AccessGate gate) {
        return method.withServerCallHandler(gate.before(method.getMethodDescriptor(), method.getServerCallHandler()));
    }
}
