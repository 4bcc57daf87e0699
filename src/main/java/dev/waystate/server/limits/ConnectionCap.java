package dev.waystate.server.limits;

import dev.waystate.server.calls.Limit;
import dev.waystate.server.calls.LimitCounts;
import dev.waystate.server.calls.OpenCalls;
import dev.waystate.server.logging.LineInterval;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes connections beyond a number as soon as they are accepted, before any of their bytes is read. gRPC itself
 * counts only connections that have come through their handshake.
 */
@Sharable
class ConnectionCap extends ChannelInboundHandlerAdapter {

    private static final Logger log = LoggerFactory.getLogger(ConnectionCap.class);

    private static final int PAUSE_SECONDS = 1;

    private final int most;
    private final OpenCalls openCalls;
    private final LimitCounts refusals;
    private final AtomicInteger open = new AtomicInteger();
    private final LineInterval lines = new LineInterval(Duration.ofMinutes(1), System.nanoTime());

    ConnectionCap(int most, OpenCalls openCalls, LimitCounts refusals, MeterRegistry meters) {
        this.most = most;
        this.openCalls = openCalls;
        this.refusals = refusals;
        gauge("waystate.connections.open", "gRPC connections that are open", open::get, meters);
        gauge("waystate.connections.limit", "gRPC connections that may be open", () -> most, meters);
    }

    private static void gauge(String name, String description, Supplier<Number> value, MeterRegistry meters) {
        Gauge.builder(name, value).description(description).register(meters);
    }

    /** Called by the channel that accepts, whose messages are connections. */
    @Override
    public void channelRead(ChannelHandlerContext context, Object accepted) {
        Channel connection = (Channel) accepted;
        if (open.incrementAndGet() > most) {
            open.decrementAndGet();
            connection.unsafe().closeForcibly();
            refusals.refused(Limit.CONNECTIONS);
            return;
        }
        connection.closeFuture().addListener(closed -> open.decrementAndGet());
        openCalls.addConnection(connection.pipeline());
        context.fireChannelRead(accepted);
    }

    /**
     * Waits a second before it accepts again, since the system does not let it: most likely too many files are open. The
     * log says so once a minute at most.
     */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable refused) {
        if (!(refused instanceof IOException)) {
            context.fireExceptionCaught(refused);
            return;
        }
        if (lines.allowsAt(System.nanoTime())) {
            log.warn(
                    "No connection can be accepted: {}. The process may have too few file descriptors (ulimit -n)",
                    refused.getMessage());
        }
        context.channel().config().setAutoRead(false);
        context.executor()
                .schedule(() -> context.channel().config().setAutoRead(true), PAUSE_SECONDS, TimeUnit.SECONDS);
    }
}
