package dev.waystate.server.calls;

import dev.waystate.server.lifecycle.FailStop;
import dev.waystate.server.lifecycle.OutOfMemory;
import dev.waystate.server.memory.ConnectionShare;
import dev.waystate.server.memory.MemoryBudgets;
import io.grpc.Status;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2Connection.PropertyKey;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.concurrent.FastThreadLocal;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The connection of a client: counts what its calls hold of the server's memory. It sees each frame before grpc-java does.
 * grpc-java keeps a frame until its message is whole, and with the frame the whole buffer that was read from the network.
 * So small frames are copied, and no longer hold their buffer.
 */
final class ClientConnection extends ChannelDuplexHandler {

    private static final FastThreadLocal<@Nullable ClientConnection> CURRENT = new FastThreadLocal<>();

    /** A frame that has less than half of the bytes of its buffer is copied. */
    private static final int LEAST_PART_OF_BUFFER = 2;

    /**
     * The most bytes of data that wait for the socket. The transport adds no more data then; all else is under no flow
     * control.
     */
    private static final int MOST_DATA_BYTES = 64 * 1024;

    private final ConnectionShare inbound;
    private final ConnectionShare outbound;
    private final long mostUnfinished;
    private final LimitCounts refusals;
    private final FailStop failStop;

    private @Nullable ChannelHandlerContext context;

    private int nextHashCode = hashCode();

    /**
     * The bytes that wait for the socket and are counted here, since no call counts them. For the connection's thread
     * alone.
     */
    private long unwritten;

    /** Null until the first call, as {@link #http2}. For the connection's thread alone. */
    private @Nullable Http2ConnectionHandler handler;

    private @Nullable Http2Connection http2;

    /** The key of the call of a stream; null until the first call. */
    private @Nullable PropertyKey callKey;

    ClientConnection(MemoryBudgets memory, LimitCounts refusals, FailStop failStop) {
        this.inbound = new ConnectionShare(memory.arriving());
        this.outbound = new ConnectionShare(memory.leaving());
        this.mostUnfinished = memory.arrivingOnConnection();
        this.refusals = refusals;
        this.failStop = failStop;
    }

    /** Returns the connection whose bytes the current thread reads; null for calls from the process itself. */
    static @Nullable ClientConnection current() {
        return CURRENT.get();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        this.context = context;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        CURRENT.set(this);
        try {
            context.fireChannelRead(message);
        } finally {
            CURRENT.set(null); // removing it would cost more
        }
    }

    /** Ends the process if memory has run out. The transport alone would close the connection, and go on. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable problem) {
        if (OutOfMemory.isCauseOf(problem)) {
            failStop.stop(problem);
        }
        context.fireExceptionCaught(problem);
    }

    @Override
    public void flush(ChannelHandlerContext context) {
        context.flush();
        countUnwritten(context);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        countUnwritten(context);
        context.fireChannelWritabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        countUnwritten(context);
        context.fireChannelInactive();
    }

    /**
     * Counts headers that wait for the socket. They are under no flow control, and calls that fail are answered by
     * headers alone. A client that makes such calls and reads nothing has its connection closed once they take more
     * than its share.
     */
    private void countUnwritten(ChannelHandlerContext context) {
        Channel channel = context.channel();
        long bytes = channel.isActive() ? Math.max(0, channel.bytesBeforeWritable() - MOST_DATA_BYTES) : 0;
        if (bytes != unwritten) {
            outbound.count(bytes - unwritten);
            unwritten = bytes;
            if (bytes > 0 && outbound.room() < 0) {
                refusals.refused(Limit.OUTBOUND_MEMORY);
                context.close(); // at once, and not when its calls have ended
            }
        }
    }

    private void observe(ChannelPipeline pipeline) {
        handler = pipeline.get(Http2ConnectionHandler.class);
        http2 = handler.connection();
        callKey = http2.newKey();
        handler.decoder().frameListener(new Frames(handler.decoder().frameListener()));
        http2.addListener(new Http2ConnectionAdapter() {
            @Override
            public void onStreamRemoved(Http2Stream stream) {
                OpenCall call = stream.getProperty(callKey);
                if (call != null && call.isClosed()) {
                    call.streamGone();
                } else if (call != null) {
                    execute(call::streamGone); // grpc-java may be about to close it
                }
            }
        });
    }

    /**
     * Returns the hash code of the next call. Calls with successive codes lie side by side in a table, and so in the
     * processor's cache.
     */
    int nextHashCode() {
        return nextHashCode++;
    }

    /** Returns the stream of a call whose headers are being read; null for a call from the process itself. */
    @Nullable
    Http2Stream opened(OpenCall call) {
        if (context == null) {
            return null;
        }
        if (http2 == null) {
            observe(context.pipeline());
        }
        Http2Stream stream = http2.stream(http2.remote().lastStreamCreated());
        stream.setProperty(callKey, call);
        ReadTurn.callOpened(context.executor());
        return stream;
    }

    /** Ends the call whose unfinished message holds most, unless it was ended already and is about to let go of it. */
    private void endTheLargest() throws Http2Exception {
        List<OpenCall> unfinished = new ArrayList<>();
        http2.forEachActiveStream(stream -> {
            OpenCall call = stream.getProperty(callKey);
            if (call != null && !call.waitsForService()) {
                unfinished.add(call);
            }
            return true;
        });
        unfinished.stream()
                .max(Comparator.comparingLong(OpenCall::inboundHeld))
                .filter(call -> !call.isEnded())
                .ifPresent(call -> {
                    refusals.refused(Limit.INBOUND_MEMORY);
                    call.endAndDrop(Status.RESOURCE_EXHAUSTED.withDescription(
                            "The connection's unfinished messages take too much memory: send one after the other, and"
                                    + " in larger frames"));
                });
    }

    /** Returns whether a call waits for its one request. For the connection's thread. */
    boolean awaitsRequest() {
        try {
            return http2 != null && http2.forEachActiveStream(stream -> !awaitsRequest(stream)) != null;
        } catch (Http2Exception impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private boolean awaitsRequest(Http2Stream stream) {
        OpenCall call = stream.getProperty(callKey);
        return stream.state() == Http2Stream.State.OPEN
                && call != null
                && call.type().clientSendsOneMessage();
    }

    /** Returns the address at its other end; null for the process itself. */
    @Nullable
    SocketAddress peer() {
        return context == null ? null : context.channel().remoteAddress();
    }

    ConnectionShare inbound() {
        return inbound;
    }

    ConnectionShare outbound() {
        return outbound;
    }

    /** Runs an action on the thread of the connection. For the process itself, it runs on the caller's thread. */
    void execute(Runnable action) {
        if (context != null) {
            context.executor().execute(action);
        } else {
            action.run();
        }
    }

    /** Finds out whether the transport has anything left of what a call has sent, and tells the call if not. */
    void findWhatIsLeft(OpenCall call) {
        execute(() -> {
            Http2Stream stream = call.http2Stream();
            if (http2 != null
                    && stream != null
                    && !http2.remote().flowController().hasFlowControlled(stream)) {
                call.nothingLeft();
            }
        });
    }

    /**
     * Resets the stream of a call that has been closed, if its client has not taken that, or not ended it. What was still
     * to be sent is dropped at once. Since it cannot be sent, grpc-java ends the call.
     */
    void reset(OpenCall call) {
        // A first task may overtake what the call has queued: a thread that is just sending takes that up later.
        execute(() -> execute(() -> {
            Http2Stream stream = call.http2Stream();
            if (http2.stream(stream.id()) != null) {
                ChannelHandlerContext transport = context.pipeline().context(handler);
                handler.resetStream(transport, stream.id(), Http2Error.CANCEL.code(), transport.newPromise());
                stream.close(); // not only when the client has read the reset
                transport.flush();
            }
        }));
    }

    /** Sees the frames that arrive before grpc-java does. */
    private final class Frames extends Http2FrameListenerDecorator {

        Frames(Http2FrameListener grpc) {
            super(grpc);
        }

        @Override
        public void onHeadersRead(
                ChannelHandlerContext context, int streamId, Http2Headers headers, int padding, boolean endOfStream)
                throws Http2Exception {
            checkNew(streamId);
            super.onHeadersRead(context, streamId, headers, padding, endOfStream);
        }

        @Override
        public void onHeadersRead(
                ChannelHandlerContext context,
                int streamId,
                Http2Headers headers,
                int streamDependency,
                short weight,
                boolean exclusive,
                int padding,
                boolean endOfStream)
                throws Http2Exception {
            checkNew(streamId);
            super.onHeadersRead(context, streamId, headers, streamDependency, weight, exclusive, padding, endOfStream);
        }

        /**
         * Refuses second headers of a stream, of which grpc-java would make a second call, and a call that there is no
         * room for. To end that once it is open would take until all that has arrived is read.
         */
        private void checkNew(int streamId) throws Http2Exception {
            boolean isNew = streamId == http2.remote().lastStreamCreated();
            if (!isNew || http2.stream(streamId).getProperty(callKey) != null) {
                throw Http2Exception.streamError(
                        streamId, Http2Error.PROTOCOL_ERROR, "A request of gRPC has no second headers");
            }
            if (inbound.isFull()) {
                refusals.refused(Limit.INBOUND_MEMORY);
                throw Http2Exception.streamError(streamId, Http2Error.REFUSED_STREAM, "Too many calls are open");
            }
        }

        @Override
        public int onDataRead(
                ChannelHandlerContext context, int streamId, ByteBuf data, int padding, boolean endOfStream)
                throws Http2Exception {
            int bytes = data.readableBytes();
            if (bytes == 0 && !endOfStream) {
                return padding; // an empty frame, which changes nothing
            }
            Http2Stream stream = http2.stream(streamId);
            OpenCall call = stream == null ? null : stream.getProperty(callKey);
            if (call != null && bytes > 0 && call.frameArrived(bytes) > mostUnfinished) {
                endTheLargest();
            }
            return listener.onDataRead(context, streamId, compact(data, bytes), padding, endOfStream);
        }

        /** Copies a small frame, so that it does not hold its buffer. The copy is on the heap, and needs no release. */
        private static ByteBuf compact(ByteBuf data, int bytes) {
            ByteBuf buffer = data.unwrap();
            return buffer != null && (long) bytes * LEAST_PART_OF_BUFFER < buffer.capacity()
                    ? Unpooled.wrappedBuffer(ByteBufUtil.getBytes(data))
                    : data;
        }
    }
}
