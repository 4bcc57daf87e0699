package dev.waystate.server.calls;

import dev.waystate.server.logging.LineInterval;
import dev.waystate.server.logging.LogText;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells once a minute why a TLS handshake has failed, which its client may not know: most likely one of the two does not
 * trust the other's certificate.
 */
@Sharable
final class HandshakeLog extends ChannelInboundHandlerAdapter {

    private static final Logger log = LoggerFactory.getLogger(HandshakeLog.class);

    private final LineInterval lines = new LineInterval(Duration.ofMinutes(1), System.nanoTime());

    /** Comes before the handshake hears of it, so that one which was only given up has not failed. */
    @Override
    public void channelInactive(ChannelHandlerContext context) {
        SslHandler tls = context.pipeline().get(SslHandler.class);
        Throwable failure = tls == null ? null : tls.handshakeFuture().cause();
        if (failure != null && lines.allowsAt(System.nanoTime())) {
            log.warn(
                    "The TLS handshake with {} failed: {}. The next one that fails is told in a minute at the earliest",
                    context.channel().remoteAddress(),
                    LogText.quote(String.valueOf(failure.getMessage())));
        }
        context.fireChannelInactive();
    }
}
