package dev.waystate.server.limits;

import dev.waystate.server.calls.OpenCalls;
import dev.waystate.server.calls.RefusalCounts;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Closes connections beyond a number as soon as they are accepted, before any of their bytes is read: what gRPC itself
 * counts are connections that have come through their handshake.
 */
@Sharable
class ConnectionCap extends ChannelInboundHandlerAdapter {

    private final int most;
    private final OpenCalls openCalls;
    private final RefusalCounts refusals;
    private final AtomicInteger open = new AtomicInteger();

    ConnectionCap(int most, OpenCalls openCalls, RefusalCounts refusals) {
        this.most = most;
        this.openCalls = openCalls;
        this.refusals = refusals;
    }

    /** Is called by the channel that accepts; what it reads are connections. */
    @Override
    public void channelRead(ChannelHandlerContext context, Object accepted) {
        Channel connection = (Channel) accepted;
        if (open.incrementAndGet() > most) {
            open.decrementAndGet();
            connection.unsafe().closeForcibly();
            refusals.refused("connections");
            return;
        }
        connection.closeFuture().addListener(closed -> open.decrementAndGet());
        connection.pipeline().addFirst(openCalls.newConnection());
        context.fireChannelRead(accepted);
    }
}
