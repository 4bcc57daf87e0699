package dev.waystate.displacement; // to serve with the very handler of the service

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;

/** The ceiling for unary calls: grpc-java with the direct executor, the handler of the service, and nothing else. */
class BareServer {

    /** Argument: the port. */
    public static void main(String[] args) throws Exception {
        Server server = NettyServerBuilder.forPort(Integer.parseInt(args[0]))
                .directExecutor()
                .addService(new DisplacementService())
                .build()
                .start();
        server.awaitTermination();
    }
}
