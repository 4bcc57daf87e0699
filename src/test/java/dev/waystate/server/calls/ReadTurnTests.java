package dev.waystate.server.calls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** All connections here are those of one thread: the current one. */
class ReadTurnTests {

    /** Has the tasks of the thread, which run when they are told to. */
    private final EmbeddedChannel thread = new EmbeddedChannel();

    private final List<Integer> read = new ArrayList<>();
    private final List<EmbeddedChannel> channels = new ArrayList<>();

    /** Opens as many calls as a byte says. */
    private final class Calls extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf bytes = (ByteBuf) message;
            int calls = bytes.readUnsignedByte();
            bytes.release();
            read.add(calls);
            for (int i = 0; i < calls; i++) {
                ReadTurn.callOpened(thread.eventLoop());
            }
        }
    }

    private EmbeddedChannel connection(boolean awaitsRequest) {
        EmbeddedChannel channel = new EmbeddedChannel(new ReadTurn(() -> awaitsRequest), new Calls());
        channels.add(channel);
        return channel;
    }

    /** Has a connection bring so many calls. */
    private static ByteBuf bring(EmbeddedChannel connection, int calls) {
        ByteBuf bytes = Unpooled.buffer().writeByte(calls);
        connection.pipeline().fireChannelRead(bytes).fireChannelReadComplete();
        return bytes;
    }

    @AfterEach
    void close() {
        thread.runPendingTasks();
        thread.close();
        channels.forEach(EmbeddedChannel::close);
    }

    @Test
    void connectionsWaitAfterManyCallsAndAreReadInTheirOrderLater() {
        List<EmbeddedChannel> many =
                IntStream.range(0, 6).mapToObj(any -> connection(false)).toList();

        for (int i = 0; i < many.size(); i++) {
            bring(many.get(i), 130 + i);
        }

        assertThat(read).containsExactly(130, 131);
        assertThat(many)
                .extracting(one -> one.config().isAutoRead())
                .containsExactly(true, true, false, false, false, false);

        thread.runPendingTasks();
        assertThat(read).containsExactly(130, 131, 132, 133);

        thread.runPendingTasks();
        assertThat(read).containsExactly(130, 131, 132, 133, 134, 135);
        assertThat(many).allMatch(one -> one.config().isAutoRead());
    }

    @Test
    void connectionThatBringsARequestIsReadAtOnce() {
        bring(connection(false), 255);
        bring(connection(false), 1);
        bring(connection(false), 2);
        bring(connection(true), 3);

        assertThat(read).containsExactly(255, 1, 3);
    }

    @Test
    void whatWaitsIsReleasedWhenTheConnectionIsClosed() {
        bring(connection(false), 255);
        bring(connection(false), 1);
        EmbeddedChannel closed = connection(false);
        ByteBuf bytes = bring(closed, 2);
        assertThat(bytes.refCnt()).isOne();

        closed.close();
        thread.runPendingTasks();

        assertThat(bytes.refCnt()).isZero();
        assertThat(read).containsExactly(255, 1);
    }

    @Test
    void nothingMoreIsReadWhileSomethingWaits() {
        bring(connection(false), 255);
        bring(connection(false), 1);
        EmbeddedChannel waiting = connection(false);
        List<String> reads = new ArrayList<>();
        waiting.pipeline().addFirst(new ChannelOutboundHandlerAdapter() {
            @Override
            public void read(ChannelHandlerContext context) {
                reads.add("read");
                context.read();
            }
        });
        bring(waiting, 2);

        waiting.read();
        assertThat(reads).isEmpty();

        thread.runPendingTasks();
        assertThat(reads).isNotEmpty();
        assertThat(read).containsExactly(255, 1, 2);
    }
}
