package dev.waystate.cli.connection;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;

/** A channel without Spring and without a logging system. */
public final class PlainChannel {

    private PlainChannel() {}

    /** Opens a channel, which is connected by its first call. */
    public static ManagedChannel open(ConnectionOptions options) {
        InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
        NettyChannelBuilder channel = NettyChannelBuilder.forTarget(
                        HostResolver.uri(options.target()).toString())
                .defaultServiceConfig(ServiceConfig.balanced(options.target()));
        options.settings().accept(channel);
        return channel.build();
    }
}
