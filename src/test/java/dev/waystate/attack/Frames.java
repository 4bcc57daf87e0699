package dev.waystate.attack;

import com.google.protobuf.MessageLite;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.DefaultHttp2FrameWriter;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;

/** Writes frames, also such as no client should. */
final class Frames {

    static final byte HEADERS = 0x1;
    static final byte PRIORITY = 0x2;
    static final byte CONTINUATION = 0x9;
    static final short END_HEADERS = 0x4;

    private static final int MESSAGE_HEADER_BYTES = 5;

    private final ChannelHandlerContext context;
    private final DefaultHttp2FrameWriter writer = new DefaultHttp2FrameWriter();

    Frames(ChannelHandlerContext context) {
        this.context = context;
    }

    void bytes(ByteBuf bytes) {
        context.write(bytes);
    }

    /** A frame of any type, with any payload. */
    void frame(byte type, short flags, int streamId, byte... payload) {
        writer.writeFrame(
                context, type, streamId, new Http2Flags(flags), Unpooled.wrappedBuffer(payload), context.newPromise());
    }

    void settings(Http2Settings settings) {
        writer.writeSettings(context, settings, context.newPromise());
    }

    void ping(long data) {
        writer.writePing(context, false, data, context.newPromise());
    }

    /** The head of a call. */
    void call(int streamId, String method) {
        headers(streamId, headers(method), false);
    }

    void headers(int streamId, Http2Headers headers, boolean endOfStream) {
        writer.writeHeaders(context, streamId, headers, 0, endOfStream, context.newPromise());
    }

    static Http2Headers headers(String method) {
        return new DefaultHttp2Headers(false)
                .method("POST")
                .scheme("http")
                .authority("localhost")
                .path("/" + method)
                .add("content-type", "application/grpc")
                .add("te", "trailers");
    }

    /** The one message of a call, and the end of its requests. */
    void lastMessage(int streamId, MessageLite message) {
        data(streamId, Unpooled.wrappedBuffer(enveloped(0, message.toByteArray())), true);
    }

    /** Returns a message as it stands in DATA frames. */
    static byte[] enveloped(int flags, byte[] message) {
        return Unpooled.buffer(MESSAGE_HEADER_BYTES + message.length)
                .writeByte(flags)
                .writeInt(message.length)
                .writeBytes(message)
                .array();
    }

    void data(int streamId, ByteBuf data, boolean endOfStream) {
        writer.writeData(context, streamId, data, 0, endOfStream, context.newPromise());
    }

    void reset(int streamId) {
        writer.writeRstStream(context, streamId, Http2Error.CANCEL.code(), context.newPromise());
    }

    void windowUpdate(int streamId, int increment) {
        writer.writeWindowUpdate(context, streamId, increment, context.newPromise());
    }
}
