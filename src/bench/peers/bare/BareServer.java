package dev.waystate.displacement; // to serve with the very handler of the service

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;

/** The ceiling: grpc-java with the direct executor, the handler of the service for unary calls, and nothing else. */
class BareServer {

    /** Argument: the port. */
    public static void main(String[] args) throws Exception {
        Server server = NettyServerBuilder.forPort(Integer.parseInt(args[0]))
                .directExecutor()
                .addService(new DisplacementService())
                .addService(new StorelessLog())
                .build()
                .start();
        server.awaitTermination();
    }
}
