package dev.waystate.server;

import io.grpc.ForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCall.Listener;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Closes the calls of a method by the {@link StatusTable}: for requests that do not parse, for exceptions thrown by any
 * callback, and for those that the service hands to {@code onError} on whatever thread. To its service, a call that
 * failed in a callback is a cancelled one.
 */
final class GuardedHandler<ReqT, RespT> implements ServerCallHandler<Parsed<ReqT>, RespT> {

    private final MethodDescriptor<ReqT, RespT> method;
    private final ServerCallHandler<ReqT, RespT> handler;

    private GuardedHandler(MethodDescriptor<ReqT, RespT> method, ServerCallHandler<ReqT, RespT> handler) {
        this.method = method;
        this.handler = handler;
    }

    static <ReqT, RespT> ServerMethodDefinition<Parsed<ReqT>, RespT> guarded(
            Class<?> service, ServerMethodDefinition<ReqT, RespT> definition, Gate gate) {
        MethodDescriptor<ReqT, RespT> method = definition.getMethodDescriptor();
        return ServerMethodDefinition.create(
                method.toBuilder(Parsed.marshaller(method.getRequestMarshaller()), method.getResponseMarshaller())
                        .build(),
                new GuardedHandler<>(method, gate.before(service, method, definition.getServerCallHandler())));
    }

    @Override
    public Listener<Parsed<ReqT>> startCall(ServerCall<Parsed<ReqT>, RespT> call, Metadata headers) {
        GuardedCall guardedCall = new GuardedCall(call);
        try {
            return new GuardedListener(guardedCall, handler.startCall(guardedCall, headers));
        } catch (RuntimeException | Error thrown) {
            guardedCall.fail(thrown);
            return new Listener<>() {};
        }
    }

    /** A call that closes once, and with the table's status where grpc-java knows only that an exception was thrown. */
    private final class GuardedCall extends ForwardingServerCall<ReqT, RespT> {

        private final ServerCall<Parsed<ReqT>, RespT> call;
        private boolean closed;

        GuardedCall(ServerCall<Parsed<ReqT>, RespT> call) {
            this.call = call;
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

        void fail(Throwable thrown) {
            close(Status.UNKNOWN.withCause(thrown), new Metadata());
        }

        @Override
        public synchronized void sendHeaders(Metadata headers) {
            if (!closed) {
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
        public synchronized void close(Status status, Metadata trailers) {
            if (closed) {
                return;
            }
            closed = true;
            if (status.getCode() != Code.UNKNOWN || status.getCause() == null) {
                super.close(status, trailers);
                return;
            }
            StatusRuntimeException translated = StatusTable.toStatus(status.getCause(), method.getFullMethodName());
            Metadata details = translated.getTrailers();
            super.close(translated.getStatus(), details == null ? trailers : details);
        }
    }

    /** Passes callbacks on until one throws or a request does not parse. */
    private final class GuardedListener extends Listener<Parsed<ReqT>> {

        private final GuardedCall call;

        /** Null once the call has failed: nothing more reaches the service. */
        private @Nullable Listener<ReqT> service;

        GuardedListener(GuardedCall call, Listener<ReqT> service) {
            this.call = call;
            this.service = service;
        }

        @Override
        public void onMessage(Parsed<ReqT> parsed) {
            guard(listener -> listener.onMessage(parsed.message()));
        }

        @Override
        public void onHalfClose() {
            guard(Listener::onHalfClose);
        }

        @Override
        public void onReady() {
            guard(Listener::onReady);
        }

        @Override
        public void onCancel() {
            guard(Listener::onCancel);
        }

        @Override
        public void onComplete() {
            guard(Listener::onComplete);
        }

        private void guard(Consumer<Listener<ReqT>> callback) {
            Listener<ReqT> listener = service;
            if (listener == null) {
                return;
            }
            try {
                callback.accept(listener);
            } catch (RuntimeException | Error thrown) {
                service = null;
                call.fail(thrown);
                cancel(listener, thrown);
            }
        }

        private static void cancel(Listener<?> listener, Throwable thrown) {
            try {
                listener.onCancel();
            } catch (RuntimeException | Error second) {
                thrown.addSuppressed(second);
            }
        }
    }
}
