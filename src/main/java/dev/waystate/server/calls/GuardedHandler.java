package dev.waystate.server.calls;

import dev.waystate.server.status.StatusTable;
import dev.waystate.server.telemetry.RequestId;
import io.grpc.Attributes;
import io.grpc.ForwardingServerCall;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCall.Listener;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessSocketAddress;
import java.net.SocketAddress;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Closes the calls of a method by the {@link StatusTable}: for requests that do not parse, for exceptions thrown by any
 * callback, and for those that the service hands to {@code onError} on any thread. To its service, a call that was
 * closed here or from outside looks cancelled.
 */
final class GuardedHandler<ReqT, RespT> implements ServerCallHandler<ParsedRequest<ReqT>, RespT> {

    private final MethodDescriptor<ReqT, RespT> method;
    private final ServerCallHandler<ReqT, RespT> handler;
    private final StatusTable statuses;

    private GuardedHandler(
            MethodDescriptor<ReqT, RespT> method, ServerCallHandler<ReqT, RespT> handler, StatusTable statuses) {
        this.method = method;
        this.handler = handler;
        this.statuses = statuses;
    }

    static <ReqT, RespT> ServerMethodDefinition<ParsedRequest<ReqT>, RespT> guarded(
            MethodDescriptor<ReqT, RespT> method, ServerCallHandler<ReqT, RespT> handler, StatusTable statuses) {
        return ServerMethodDefinition.create(
                method.toBuilder(ParsedRequest.marshaller(method), method.getResponseMarshaller())
                        .build(),
                new GuardedHandler<>(method, handler, statuses));
    }

    @Override
    public Listener<ParsedRequest<ReqT>> startCall(ServerCall<ParsedRequest<ReqT>, RespT> call, Metadata headers) {
        GuardedCall guarded = new GuardedCall(call, OpenCall.current());
        try {
            guarded.service = handler.startCall(guarded, headers);
        } catch (RuntimeException | Error thrown) {
            guarded.fail(thrown);
        }
        return guarded.listener;
    }

    /** A call that closes once, with the table's status where grpc-java knows only that an exception was thrown. */
    final class GuardedCall extends ForwardingServerCall<ReqT, RespT> {

        private final ServerCall<ParsedRequest<ReqT>, RespT> call;
        private final Attributes attributes;
        private final OpenCall openCall;
        private final GuardedListener listener = new GuardedListener();

        /** The listener of the service. */
        private Listener<ReqT> service = new Listener<>() {};

        private boolean closed;
        private boolean headersSent;

        /** Whether it was closed by somebody else than its service, which gets no more callbacks then. */
        private volatile boolean ended;

        /** Whether the service has been told that the call is cancelled. */
        private boolean cancelled;

        GuardedCall(ServerCall<ParsedRequest<ReqT>, RespT> call, OpenCall openCall) {
            this.call = call;
            this.openCall = openCall;
            this.attributes = clientAttributes(call.getAttributes(), openCall.peer());
            openCall.started(this);
        }

        /**
         * Returns the attributes of the transport. For a call that the process itself makes for a client, they have the
         * client's address.
         */
        private static Attributes clientAttributes(Attributes transport, @Nullable SocketAddress client) {
            return client != null && transport.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR) instanceof InProcessSocketAddress
                    ? transport.toBuilder()
                            .set(Grpc.TRANSPORT_ATTR_REMOTE_ADDR, client)
                            .build()
                    : transport;
        }

        @Override
        @SuppressWarnings("unchecked") // getMethodDescriptor, the only method that mentions ReqT, is overridden
        protected ServerCall<ReqT, RespT> delegate() {
            return (ServerCall<ReqT, RespT>) (ServerCall<?, RespT>) call;
        }

        @Override
        public MethodDescriptor<ReqT, RespT> getMethodDescriptor() {
            return method;
        }

        @Override
        public Attributes getAttributes() {
            return attributes;
        }

        /** Closes the call with the status of an exception. On the call's thread. */
        private void fail(Throwable thrown) {
            if (closeOnce(Status.UNKNOWN.withCause(thrown), new Metadata())) {
                ended = true;
                cancelService();
            }
        }

        /** Closes the call, on any thread. The service is told on the call's own thread. */
        void end(Status status) {
            if (closeOnce(status, new Metadata())) {
                ended = true;
                openCall.execute(this::cancelService);
            }
        }

        private void cancelService() {
            synchronized (this) { // a call from the process itself has no thread of its own
                if (cancelled) {
                    return;
                }
                cancelled = true;
            }
            try {
                service.onCancel();
            } catch (RuntimeException | Error thrown) {
                fail(thrown);
            }
        }

        @Override
        public synchronized void sendHeaders(Metadata headers) {
            if (!closed) {
                headersSent = true;
                headers.put(RequestId.ENTRY, openCall.requestId());
                super.sendHeaders(headers);
            }
        }

        @Override
        public synchronized void sendMessage(RespT message) {
            if (!closed) {
                super.sendMessage(message);
            }
        }

        @Override
        public boolean isReady() {
            return openCall.maySend(isTransportReady());
        }

        @Override
        public void setOnReadyThreshold(int bytes) {
            openCall.setReadyBytes(bytes);
            super.setOnReadyThreshold(bytes);
        }

        boolean isTransportReady() {
            return super.isReady();
        }

        void becomeReady() {
            listener.onReady();
        }

        @Override
        public void close(Status status, Metadata trailers) {
            closeOnce(status, trailers);
        }

        /** Returns false when the call was closed already. */
        private synchronized boolean closeOnce(Status status, Metadata trailers) {
            if (closed) {
                return false;
            }
            closed = true;
            if (status.getCode() != Code.UNKNOWN || status.getCause() == null) {
                super.close(status, withId(trailers));
                return true;
            }
            StatusRuntimeException translated =
                    statuses.toStatus(status.getCause(), method.getFullMethodName(), openCall.requestId());
            Metadata details = translated.getTrailers();
            super.close(translated.getStatus(), withId(details == null ? trailers : details));
            return true;
        }

        /** Returns the trailers, with the call's id if no headers have said it. */
        private Metadata withId(Metadata trailers) {
            if (headersSent) {
                return trailers;
            }
            Metadata all = new Metadata();
            all.merge(trailers); // the trailers may be those of an exception that is thrown again
            all.put(RequestId.ENTRY, openCall.requestId());
            return all;
        }

        /** Passes callbacks to the service until the call is closed, and then its cancellation. */
        private final class GuardedListener extends Listener<ParsedRequest<ReqT>> {

            @Override
            public void onMessage(ParsedRequest<ReqT> parsed) {
                guard(service -> service.onMessage(parsed.message()));
            }

            @Override
            public void onHalfClose() {
                openCall.requestEnded();
                guard(Listener::onHalfClose);
            }

            @Override
            public void onReady() {
                openCall.becameReady();
                guard(Listener::onReady);
            }

            @Override
            public void onCancel() {
                cancelService();
            }

            @Override
            public void onComplete() {
                guard(Listener::onComplete);
            }

            private void guard(Consumer<Listener<ReqT>> callback) {
                if (ended) {
                    return;
                }
                try {
                    callback.accept(service);
                } catch (RuntimeException | Error thrown) {
                    fail(thrown);
                }
            }
        }
    }
}
