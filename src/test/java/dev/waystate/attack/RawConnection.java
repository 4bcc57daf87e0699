package dev.waystate.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http2.DefaultHttp2FrameReader;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/2 connection that sends whatever it is told to send, and keeps what comes back. It has no state of its own.
 */
final class RawConnection implements AutoCloseable {

    private static final int TIMEOUT_SECONDS = 20;

    /** Of one call. Many more, of many calls, would take the processors, which is another attack. */
    private static final int MOST_FRAMES_AT_ONCE = 2;

    private static final EventLoopGroup EVENT_LOOPS = new MultiThreadIoEventLoopGroup(
            2, new DefaultThreadFactory("raw-connections", true), NioIoHandler.newFactory());

    private final Incoming incoming = new Incoming();
    private final Channel channel;
    private final Frames frames;

    /** Cannot be interrupted: a connection that nobody has, nobody could close. */
    private RawConnection(int port) {
        channel = new Bootstrap()
                .group(EVENT_LOOPS)
                .channel(NioSocketChannel.class)
                .handler(incoming)
                .connect(InetAddress.getLoopbackAddress(), port)
                .syncUninterruptibly()
                .channel();
        frames = new Frames(incoming.context);
    }

    /** Opens a connection and sends the preface, its SETTINGS frame included. */
    static RawConnection open(int port) {
        return open(port, new Http2Settings());
    }

    /** Opens a connection whose calls may be sent no data. */
    static RawConnection openWithoutWindow(int port) {
        return open(port, new Http2Settings().initialWindowSize(0));
    }

    private static RawConnection open(int port, Http2Settings settings) {
        RawConnection connection = new RawConnection(port);
        connection.write(sent -> {
            sent.bytes(Http2CodecUtil.connectionPrefaceBuf());
            sent.settings(settings);
        });
        return connection;
    }

    /** Sends frames, waits until the network has taken them, and returns whether it has. */
    boolean send(Consumer<Frames> sequence) throws InterruptedException {
        ChannelFuture written = write(sequence);
        return written.await(TIMEOUT_SECONDS, TimeUnit.SECONDS) && written.isSuccess();
    }

    /** Sends frames, and does not wait. */
    ChannelFuture write(Consumer<Frames> sequence) {
        ChannelPromise written = channel.newPromise();
        channel.eventLoop().execute(() -> {
            sequence.accept(frames);
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER, written);
        });
        return written;
    }

    /**
     * Sends what comes next of a call's data, as much as the windows and the network take now, in two frames at most. Does
     * not wait.
     *
     * @param end whether the call's data ends with the last byte
     */
    void sendData(int streamId, ByteBuf data, int bytesAFrame, boolean end) {
        int most = Math.min(incoming.window(streamId), MOST_FRAMES_AT_ONCE * bytesAFrame);
        int bytes = Math.min(data.readableBytes(), most);
        if (bytes <= 0 || !channel.isWritable()) {
            return;
        }
        incoming.sent(streamId, bytes);
        ByteBuf part = data.readRetainedSlice(bytes);
        boolean last = end && !data.isReadable();
        channel.eventLoop().execute(() -> {
            while (part.isReadable()) {
                ByteBuf frame = part.readRetainedSlice(Math.min(bytesAFrame, part.readableBytes()));
                frames.data(streamId, frame, last && !part.isReadable());
            }
            part.release();
            channel.flush();
        });
    }

    /** Sends a sequence again and again, as long as the server takes it, and returns how often it has. */
    int flood(int times, Consumer<Frames> sequence) throws InterruptedException {
        int sent = 0;
        while (sent < times && send(sequence)) {
            sent++;
        }
        return sent;
    }

    /** Leaves in the network what the server sends from now on. */
    void stopReading() {
        channel.config().setAutoRead(false);
    }

    boolean isOpen() {
        return channel.isActive();
    }

    void awaitEnd(Duration timeout) throws InterruptedException {
        assertThat(channel.closeFuture().await(timeout.toMillis()))
                .as("the server ended the connection within %s", timeout)
                .isTrue();
    }

    /** Returns the error code and the text of the GOAWAY frame, or null if there was none. */
    @Nullable
    String goAway() {
        return incoming.goAway;
    }

    int resets() {
        return incoming.resets.get();
    }

    /** Returns whether the server has answered a call to its end, or has reset it. */
    boolean hasEnded(int streamId) {
        return incoming.ends.containsKey(streamId) || incoming.resets.get() > 0;
    }

    /** Returns whether the server has ended or reset this call. */
    boolean hasEndedCall(int streamId) {
        return incoming.ends.containsKey(streamId) || incoming.reset.contains(streamId);
    }

    /** Waits until the server has ended a call and returns the number of its status. */
    int awaitStatus(int streamId) {
        await().atMost(TIMEOUT_SECONDS, TimeUnit.SECONDS).until(() -> incoming.ends.containsKey(streamId));
        return Integer.parseInt(incoming.ends.get(streamId));
    }

    /** Returns the number of the status that a call was ended with, null when it was reset or goes on. */
    @Nullable
    String status(int streamId) {
        return incoming.ends.get(streamId);
    }

    /** Returns how many frames came that acknowledge a PING or SETTINGS frame. */
    int acknowledgements() {
        return incoming.acknowledgements.get();
    }

    @Override
    public void close() {
        channel.close();
    }

    private static final class Incoming extends ByteToMessageDecoder {

        private final DefaultHttp2FrameReader reader = new DefaultHttp2FrameReader(false);
        private final AtomicInteger resets = new AtomicInteger();
        private final Set<Integer> reset = ConcurrentHashMap.newKeySet();
        private final Map<Integer, String> ends = new ConcurrentHashMap<>();
        private final AtomicInteger connectionWindow = new AtomicInteger(Http2CodecUtil.DEFAULT_WINDOW_SIZE);
        private volatile int initialWindow = Http2CodecUtil.DEFAULT_WINDOW_SIZE;

        /** How much more, or less, than the initial window a call may send. */
        private final Map<Integer, Integer> windowChanges = new ConcurrentHashMap<>();

        private final AtomicInteger acknowledgements = new AtomicInteger();
        private volatile @Nullable String goAway;
        private volatile @Nullable ChannelHandlerContext context;

        private final Http2FrameAdapter listener = new Http2FrameAdapter() {
            @Override
            public void onRstStreamRead(ChannelHandlerContext context, int streamId, long errorCode) {
                resets.incrementAndGet();
                reset.add(streamId);
            }

            @Override
            public void onSettingsRead(ChannelHandlerContext context, Http2Settings settings) {
                Integer window = settings.initialWindowSize();
                initialWindow = window == null ? initialWindow : window;
            }

            @Override
            public void onWindowUpdateRead(ChannelHandlerContext context, int streamId, int increment) {
                sent(streamId, -increment);
            }

            @Override
            public void onHeadersRead(
                    ChannelHandlerContext context, int streamId, Http2Headers headers, int padding, boolean end) {
                if (end) {
                    ends.put(streamId, String.valueOf(headers.get("grpc-status")));
                }
            }

            @Override
            public void onGoAwayRead(ChannelHandlerContext context, int lastStreamId, long errorCode, ByteBuf text) {
                goAway = errorCode + " " + text.toString(StandardCharsets.UTF_8);
            }

            @Override
            public void onPingAckRead(ChannelHandlerContext context, long data) {
                acknowledgements.incrementAndGet();
            }

            @Override
            public void onSettingsAckRead(ChannelHandlerContext context) {
                acknowledgements.incrementAndGet();
            }
        };

        private int window(int streamId) {
            return Math.min(connectionWindow.get(), initialWindow + windowChanges.getOrDefault(streamId, 0));
        }

        private void sent(int streamId, int bytes) {
            if (streamId != 0) {
                windowChanges.merge(streamId, -bytes, Integer::sum);
            }
            if (streamId == 0 || bytes > 0) {
                connectionWindow.addAndGet(-bytes);
            }
        }

        @Override
        public void handlerAdded(ChannelHandlerContext context) {
            this.context = context;
        }

        @Override
        protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) throws Http2Exception {
            reader.readFrame(context, in, listener);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close(); // the server has gone
        }
    }
}
