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

    /** A frame that is less than this part of the buffer that it is in is copied. */
    private static final int LEAST_PART_OF_BUFFER = 2;

    /** What waits for the socket and is more than this is under no flow control: of data, the transport adds no more then. */
    private static final int MOST_DATA_BYTES = 64 * 1024;

    private final ConnectionShare inbound;
    private final ConnectionShare outbound;
    private final long mostUnfinished;
    private final LimitCounts refusals;
    private final FailStop failStop;

    private @Nullable ChannelHandlerContext context;

    private int nextHashCode = hashCode();

    /** How much of what waits for the socket is counted here, since it is counted with no call. For its thread alone. */
    private long unwritten;

    /** Null until the first call, as the next one. For the connection's thread alone. */
    private @Nullable Http2ConnectionHandler handler;

    private @Nullable Http2Connection http2;

    /** Where a stream has its call. Null until the first. */
    private @Nullable PropertyKey callKey;

    ClientConnection(MemoryBudgets memory, LimitCounts refusals, FailStop failStop) {
        this.inbound = new ConnectionShare(memory.arriving());
        this.outbound = new ConnectionShare(memory.leaving());
        this.mostUnfinished = memory.arrivingOnConnection();
        this.refusals = refusals;
        this.failStop = failStop;
    }

    /** Returns the connection whose bytes the current thread takes in; null in the process itself. */
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

    /** The transport would only close the connection, and go on without the memory that it has not. */
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
     * Headers, and with them the whole answers to calls that fail, are under no flow control. Who makes such calls and reads
     * nothing has its connection closed once they take more than its share.
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
                if (call != null && !call.isClosed()) {
                    execute(call::streamGone);
                }
            }
        });
    }

    /** Returns the hash code of the next call: side by side in a table, calls are also so in the processor's cache. */
    int nextHashCode() {
        return nextHashCode++;
    }

    /** Returns the stream of a call whose headers are being read; null in the process itself. */
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
        return stream;
    }

    /** Ends the call whose unfinished message holds most, unless it has been ended and is about to let go of it. */
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

    /** Runs what has to be run on the thread of the connection, or of the caller in the process itself. */
    void execute(Runnable action) {
        if (context != null) {
            context.executor().execute(action);
        } else {
            action.run();
        }
    }

    /** Finds out whether the transport has anything left of what a call has sent. */
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
     * Resets the stream of a call that has been closed and whose client has not taken that. What was still to be sent is
     * dropped at once, and as it cannot be sent, grpc-java ends the call.
     */
    void reset(OpenCall call) {
        // The first task may overtake what the call has queued, since a thread that is just sending takes that on
        // later.
        execute(() -> execute(() -> {
            Http2Stream stream = call.http2Stream();
            if (!call.isClosed() && http2.stream(stream.id()) != null) {
                ChannelHandlerContext transport = context.pipeline().context(handler);
                handler.resetStream(transport, stream.id(), Http2Error.CANCEL.code(), transport.newPromise());
                stream.close(); // not only when the client has read the reset
                transport.flush();
            }
        }));
    }

    /** What grpc-java is told of the frames that arrive. */
    private final class Frames extends Http2FrameListenerDecorator {

        Frames(Http2FrameListener grpc) {
            super(grpc);
        }

        @Override
        public int onDataRead(
                ChannelHandlerContext context, int streamId, ByteBuf data, int padding, boolean endOfStream)
                throws Http2Exception {
            int bytes = data.readableBytes();
            if (bytes == 0 && !endOfStream) {
                return padding; // says nothing
            }
            Http2Stream stream = http2.stream(streamId);
            OpenCall call = stream == null ? null : stream.getProperty(callKey);
            if (call != null && bytes > 0 && call.frameArrived(bytes) > mostUnfinished) {
                endTheLargest();
            }
            return listener.onDataRead(context, streamId, compact(data, bytes), padding, endOfStream);
        }

        /** The copy is on the heap, and needs no release. */
        private static ByteBuf compact(ByteBuf data, int bytes) {
            ByteBuf buffer = data.unwrap();
            return buffer != null && (long) bytes * LEAST_PART_OF_BUFFER < buffer.capacity()
                    ? Unpooled.wrappedBuffer(ByteBufUtil.getBytes(data))
                    : data;
        }
    }
}
