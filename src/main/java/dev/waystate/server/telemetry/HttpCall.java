package dev.waystate.server.telemetry;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicBoolean;

/** An HTTP request that is answered with a stream of messages. */
public final class HttpCall extends MeasuredCall {

    private final AtomicBoolean ended = new AtomicBoolean();

    public HttpCall(CallObserver[] observers, String method, Metadata headers, InetSocketAddress peer) {
        super(observers, method, headers, peer);
    }

    @Override
    public MethodType type() {
        return MethodType.SERVER_STREAMING;
    }

    /** Counts a message that is being sent. One thread at a time. */
    public void messageSent() {
        outboundMessageSent(0, 0, 0);
    }

    /** Counts bytes that are being sent. One thread at a time. */
    public void bytesSent(int bytes) {
        outboundWireSize(bytes);
    }

    /** Ends it, unless it has been ended. */
    public void end(Status status) {
        if (ended.compareAndSet(false, true)) {
            streamClosed(status);
        }
    }
}
