package dev.waystate.server.calls;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.FastThreadLocal;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets a connection be read when it is its turn. A thread of the transport reads all connections that have sent
 * something before it sends any answer. With many connections, all their calls would be open at once. So after a number
 * of calls, all connections wait until answers have been sent, each with the bytes that were just read, except those
 * that bring the requests of open calls.
 */
final class ReadTurn extends ChannelDuplexHandler {

    /** How many calls a thread opens before it sends answers. One read can bring more. */
    static final int MOST_CALLS = 256;

    private static final FastThreadLocal<Round> ROUND = new FastThreadLocal<>() {
        @Override
        protected Round initialValue() {
            return new Round();
        }
    };

    private final BooleanSupplier awaitsRequest;

    private @Nullable ChannelHandlerContext context;

    /** What was read, and waits for the turn. */
    private @Nullable Object waiting;

    /** @param awaitsRequest whether the connection has a call whose one request is not whole, and so is read at once */
    ReadTurn(BooleanSupplier awaitsRequest) {
        this.awaitsRequest = awaitsRequest;
    }

    /** Notes that a call has been opened by the current thread, which is that of the connection. */
    static void callOpened(ScheduledExecutorService thread) {
        ROUND.get().callOpened(thread);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        this.context = context;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        Round round = ROUND.get();
        if (round.isFull() && !awaitsRequest.getAsBoolean()) {
            waiting = message;
            context.channel().config().setAutoRead(false);
            round.connections.add(this);
        } else {
            context.fireChannelRead(message);
        }
    }

    /** Asks for nothing more while something waits. TLS would, of its own accord. */
    @Override
    public void read(ChannelHandlerContext context) {
        if (waiting == null) {
            context.read();
        }
    }

    private void begin() {
        Object message = waiting;
        if (message != null) { // it has not been closed
            waiting = null;
            context.fireChannelRead(message);
            context.fireChannelReadComplete();
            context.channel().config().setAutoRead(true);
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        ReferenceCountUtil.release(waiting);
        waiting = null;
    }

    /** What one thread of the transport does between two times that it sends answers. */
    private static final class Round {

        private final Queue<ReadTurn> connections = new ArrayDeque<>();
        private int calls;

        boolean isFull() {
            return calls >= MOST_CALLS;
        }

        void callOpened(ScheduledExecutorService thread) {
            if (calls++ == 0) {
                // A delay of nothing: after the thread has read what has come, and sent what it has to answer
                thread.schedule(this::next, 0, TimeUnit.NANOSECONDS);
            }
        }

        private void next() {
            calls = 0;
            while (!isFull() && !connections.isEmpty()) {
                connections.remove().begin();
            }
        }
    }
}
