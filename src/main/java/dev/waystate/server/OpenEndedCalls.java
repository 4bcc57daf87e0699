package dev.waystate.server;

import dev.waystate.server.EndlessCalls.EndlessCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCall.Listener;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import net.devh.boot.grpc.server.interceptor.GrpcGlobalServerInterceptor;

/**
 * Ends the streams of grpc-java's own services (health watches, reflection) when the server stops: their clients hold
 * them open for as long as they live.
 */
@GrpcGlobalServerInterceptor
class OpenEndedCalls implements ServerInterceptor {

    private static final String OWN_SERVICES = "grpc.";

    private final EndlessCalls endlessCalls;

    OpenEndedCalls(EndlessCalls endlessCalls) {
        this.endlessCalls = endlessCalls;
    }

    @Override
    public <ReqT, RespT> Listener<ReqT> interceptCall(
            ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
        boolean openEnded = call.getMethodDescriptor().getType() != MethodType.UNARY
                && call.getMethodDescriptor().getFullMethodName().startsWith(OWN_SERVICES);
        Listener<ReqT> listener = next.startCall(call, headers);
        return openEnded ? register(call, listener) : listener;
    }

    private <ReqT> Listener<ReqT> register(ServerCall<ReqT, ?> call, Listener<ReqT> listener) {
        EndlessCall endless =
                () -> call.close(Status.UNAVAILABLE.withDescription("The server is stopping"), new Metadata());
        endlessCalls.add(endless);
        return new SimpleForwardingServerCallListener<>(listener) {
            @Override
            public void onCancel() {
                endlessCalls.remove(endless);
                super.onCancel();
            }

            @Override
            public void onComplete() {
                endlessCalls.remove(endless);
                super.onComplete();
            }
        };
    }
}
