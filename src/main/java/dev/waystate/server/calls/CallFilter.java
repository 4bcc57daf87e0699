package dev.waystate.server.calls;

import io.grpc.MethodDescriptor;
import io.grpc.ServerCallHandler;

/**
 * Decides which calls reach a method. It comes after {@link GuardedHandler} and before every interceptor. The calls
 * that it sees may be closed by any thread; what is sent after that is dropped.
 */
public interface CallFilter {

    /**
     * Returns the handler for the method's calls. It is the given one if nothing has to be checked.
     *
     * @param service the class that implements the method
     */
    <ReqT, RespT> ServerCallHandler<ReqT, RespT> before(
            Class<?> service, MethodDescriptor<ReqT, RespT> method, ServerCallHandler<ReqT, RespT> handler);
}
