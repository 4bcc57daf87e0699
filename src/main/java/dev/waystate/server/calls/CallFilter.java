package dev.waystate.server.calls;

import io.grpc.MethodDescriptor;
import io.grpc.ServerCallHandler;

/**
 * Decides which calls reach a method. It comes after {@link GuardedHandler} and before every interceptor: the calls that it
 * sees may be closed by any thread, and drop what is sent after that.
 */
public interface CallFilter {

    /**
     * Returns what is to take the method's calls: the handler itself when there is nothing to ask of them.
     *
     * @param service the class that implements the method
     */
    <ReqT, RespT> ServerCallHandler<ReqT, RespT> before(
            Class<?> service, MethodDescriptor<ReqT, RespT> method, ServerCallHandler<ReqT, RespT> handler);
}
