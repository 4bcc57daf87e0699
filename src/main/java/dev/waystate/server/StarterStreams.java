package dev.waystate.server;

import dev.waystate.server.OpenStreams.OpenStream;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCall.Listener;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import net.devh.boot.grpc.server.interceptor.GrpcGlobalServerInterceptor;

/**
 * Ends the streams of the starter's services, health watches and reflection, when the server stops. Clients keep them
 * open for as long as they like, and each would hold up the end for the whole grace period.
 */
@GrpcGlobalServerInterceptor
class StarterStreams implements ServerInterceptor {

    private static final String STARTER_PACKAGE = "grpc.";

    private final OpenStreams openStreams;

    StarterStreams(OpenStreams openStreams) {
        this.openStreams = openStreams;
    }

    @Override
    public <ReqT, RespT> Listener<ReqT> interceptCall(
            ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
        Listener<ReqT> listener = next.startCall(call, headers);
        return isStarterStream(call.getMethodDescriptor()) ? new EndedWithTheServer<>(call, listener) : listener;
    }

    private static boolean isStarterStream(MethodDescriptor<?, ?> method) {
        return method.getType() != MethodType.UNARY
                && method.getFullMethodName().startsWith(STARTER_PACKAGE);
    }

    /** Relies on {@link GuardedHandler}'s calls, which may be closed by any thread and then drop what is sent. */
    private final class EndedWithTheServer<ReqT> extends SimpleForwardingServerCallListener<ReqT>
            implements OpenStream {

        private final ServerCall<ReqT, ?> call;

        EndedWithTheServer(ServerCall<ReqT, ?> call, Listener<ReqT> listener) {
            super(listener);
            this.call = call;
            openStreams.add(this);
        }

        @Override
        public void serverStops() {
            call.close(Status.UNAVAILABLE.withDescription("The server is stopping"), new Metadata());
        }

        @Override
        public void onComplete() {
            openStreams.remove(this);
            super.onComplete();
        }

        @Override
        public void onCancel() {
            openStreams.remove(this);
            super.onCancel();
        }
    }
}
