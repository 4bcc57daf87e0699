package dev.waystate.displacement; // to serve with the very handler of the service

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.util.ResourceLeakDetector;

/**
 * The ceiling: grpc-java with the direct executor, Netty's allocator and no search for leaked buffers, as the service has
 * them, the handler of the service for unary calls, and nothing else.
 */
class BareServer {

    /** Argument: the port. */
    public static void main(String[] args) throws Exception {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
        Server server = NettyServerBuilder.forPort(Integer.parseInt(args[0]))
                .directExecutor()
                .withChildOption(ChannelOption.ALLOCATOR, ByteBufAllocator.DEFAULT)
                .addService(new DisplacementService())
                .addService(new StorelessLog())
                .build()
                .start();
        server.awaitTermination();
    }
}
