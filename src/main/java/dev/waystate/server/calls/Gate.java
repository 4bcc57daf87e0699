package dev.waystate.server.calls;

import io.grpc.MethodDescriptor;
import io.grpc.ServerCallHandler;

/**
 * Decides which calls reach a method. It stands outside every interceptor, and inside what closes calls by the status
 * table: the calls that it sees may be closed by any thread, and then drop what is sent.
 */
public interface Gate {

    /**
     * Returns what is to take the method's calls: the handler itself when there is nothing to ask of them.
     *
     * @param service the class that implements the method
     */
    <ReqT, RespT> ServerCallHandler<ReqT, RespT> before(
            Class<?> service, MethodDescriptor<ReqT, RespT> method, ServerCallHandler<ReqT, RespT> handler);
}
