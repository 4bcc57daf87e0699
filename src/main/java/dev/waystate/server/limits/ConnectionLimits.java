package dev.waystate.server.limits;

import dev.waystate.server.calls.LimitCounts;
import dev.waystate.server.calls.OpenCalls;
import io.grpc.ServerBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.NettyRuntime;
import io.netty.util.concurrent.DefaultThreadFactory;
import jakarta.annotation.PreDestroy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import net.devh.boot.grpc.server.serverfactory.GrpcServerConfigurer;
import org.springframework.stereotype.Component;

/** Sets the limits that the transport itself enforces. */
@Component
class ConnectionLimits implements GrpcServerConfigurer {

    private static final int RESET_WINDOW_SECONDS = 30;

    /**
     * How many bytes the objects of a message take, while it is parsed, for each byte of the message. Each thread
     * parses one message at a time.
     */
    private static final int PARSED_BYTES = 64;

    /**
     * The most bytes of a read from the network, as many as a frame may have. The buffer is kept until the last frame in
     * it is whole.
     */
    private static final int MOST_READ_BYTES = 16 * 1024;

    private static final int LEAST_READ_BYTES = 64;
    private static final int FIRST_READ_BYTES = 2048;

    private final LimitsProperties limits;
    private final ConnectionCap connectionCap;
    private final List<EventLoopGroup> threads = new ArrayList<>();

    ConnectionLimits(LimitsProperties limits, OpenCalls openCalls, LimitCounts refusals, MeterRegistry meters) {
        this.limits = limits;
        this.connectionCap = new ConnectionCap(limits.connections(), openCalls, refusals, meters);
    }

    @Override
    public void accept(ServerBuilder<?> server) {
        server.maxInboundMessageSize((int) limits.messageSize().toBytes());
        server.maxInboundMetadataSize((int) limits.metadataSize().toBytes());
        if (server instanceof NettyServerBuilder netty) {
            limitTransport(netty);
            countConnections(netty);
        }
    }

    private void limitTransport(NettyServerBuilder server) {
        server.maxConcurrentCallsPerConnection(limits.callsPerConnection());
        server.maxRstFramesPerWindow(limits.resets(), RESET_WINDOW_SECONDS);
        server.withChildOption(
                ChannelOption.RECVBUF_ALLOCATOR,
                new AdaptiveRecvByteBufAllocator(LEAST_READ_BYTES, FIRST_READ_BYTES, MOST_READ_BYTES));
        server.flowControlWindow((int) limits.flowControlWindow().toBytes());
        server.handshakeTimeout(limits.handshakeTimeout().toMillis(), TimeUnit.MILLISECONDS);
        server.keepAliveTime(limits.keepaliveTime().toMillis(), TimeUnit.MILLISECONDS);
        server.keepAliveTimeout(limits.keepaliveTimeout().toMillis(), TimeUnit.MILLISECONDS);
        server.permitKeepAliveTime(limits.permitKeepaliveTime().toMillis(), TimeUnit.MILLISECONDS);
        server.permitKeepAliveWithoutCalls(true); // connections without calls end by their idle time
        setUnlessZero(limits.connectionIdle(), server::maxConnectionIdle);
        setUnlessZero(limits.connectionAge(), server::maxConnectionAge);
        setUnlessZero(limits.connectionAgeGrace(), server::maxConnectionAgeGrace);
    }

    private static void setUnlessZero(Duration time, BiConsumer<Long, TimeUnit> setter) {
        if (!time.isZero()) {
            setter.accept(time.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /**
     * Puts the connection cap into the channel that accepts. A server with a channel of its own needs threads of its
     * own, too.
     */
    private void countConnections(NettyServerBuilder server) {
        server.channelFactory(() -> {
            NioServerSocketChannel channel = new NioServerSocketChannel();
            channel.pipeline().addLast(connectionCap);
            return channel;
        });
        server.bossEventLoopGroup(threads("grpc-accept", 1));
        server.workerEventLoopGroup(threads(
                "grpc-transport",
                threads(
                        NettyRuntime.availableProcessors(),
                        Runtime.getRuntime().maxMemory(),
                        limits.messageSize().toBytes())));
    }

    /** Returns how many threads there are: one for each processor, as far as the heap allows. */
    static int threads(int processors, long heapBytes, long largestMessageBytes) {
        return (int) Math.max(1, Math.min(processors, heapBytes / (PARSED_BYTES * largestMessageBytes)));
    }

    private EventLoopGroup threads(String name, int number) {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(
                number, new DefaultThreadFactory(name, true), NioIoHandler.newFactory());
        threads.add(group);
        return group;
    }

    @PreDestroy
    void stopThreads() {
        threads.forEach(group -> group.shutdownGracefully(0, 1, TimeUnit.SECONDS));
    }
}
