package dev.waystate.security;

import dev.waystate.server.Gate;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCall.Listener;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.stereotype.Component;

/**
 * Lets a call through to a method if its caller is known and may call it, and has the caller in the context of the call.
 * Where nobody is asked for credentials it stands before no method at all.
 */
@Component
class AccessGate implements Gate {

    /** How many calls may wait for keys at once. */
    private static final int MAX_HELD = 1_000;

    private final AtomicInteger held = new AtomicInteger();
    private final Authentication authentication;
    private final Refusals refusals;
    private final LiveStreams streams;

    AccessGate(Authentication authentication, Refusals refusals, LiveStreams streams) {
        this.authentication = authentication;
        this.refusals = refusals;
        this.streams = streams;
    }

    @Override
    public <ReqT, RespT> ServerCallHandler<ReqT, RespT> before(
            MethodDescriptor<ReqT, RespT> method, ServerCallHandler<ReqT, RespT> handler) {
        return authentication.isOn() && !MethodPermissions.isOpen(method)
                ? new GatedHandler<>(method, handler)
                : handler;
    }

    private final class GatedHandler<ReqT, RespT> implements ServerCallHandler<ReqT, RespT> {

        private final MethodDescriptor<ReqT, RespT> method;
        private final ServerCallHandler<ReqT, RespT> handler;

        GatedHandler(MethodDescriptor<ReqT, RespT> method, ServerCallHandler<ReqT, RespT> handler) {
            this.method = method;
            this.handler = handler;
        }

        @Override
        public Listener<ReqT> startCall(ServerCall<ReqT, RespT> call, Metadata headers) {
            try {
                return start(call, headers, authentication.authenticate(call.getAttributes(), headers));
            } catch (KeyPendingException pending) {
                return hold(call, headers, pending);
            } catch (RefusedException refused) {
                return refuse(call, refused.refusal(), peer(call));
            }
        }

        /** Has the call judged again when the keys have come, and then for good. */
        private Listener<ReqT> hold(ServerCall<ReqT, RespT> call, Metadata headers, KeyPendingException pending) {
            if (held.incrementAndGet() > MAX_HELD) {
                held.decrementAndGet();
                return refuse(call, pending.refusal(), peer(call));
            }
            HeldListener<ReqT> listener = new HeldListener<>();
            Context context = Context.current();
            pending.fetched().thenRun(() -> {
                held.decrementAndGet();
                context.run(() -> release(listener, call, headers));
            });
            return listener;
        }

        private void release(HeldListener<ReqT> listener, ServerCall<ReqT, RespT> call, Metadata headers) {
            Listener<ReqT> started = new Listener<>() {};
            try {
                started = startNow(call, headers);
                listener.release(started);
            } catch (RuntimeException | Error thrown) {
                // Where the guard does not see it: closed so, the call has the status that the guard gives.
                call.close(Status.UNKNOWN.withCause(thrown), new Metadata());
                listener.release(new Listener<>() {});
                started.onCancel();
            }
        }

        private Listener<ReqT> startNow(ServerCall<ReqT, RespT> call, Metadata headers) {
            try {
                return start(call, headers, authentication.authenticate(call.getAttributes(), headers));
            } catch (RefusedException refused) {
                return refuse(call, refused.refusal(), peer(call));
            }
        }

        private Listener<ReqT> start(ServerCall<ReqT, RespT> call, Metadata headers, Credential credential) {
            Caller caller = credential.caller();
            if (!MethodPermissions.allow(caller, method)) {
                return refuse(call, Refusal.NO_PERMISSION, caller.name());
            }
            Listener<ReqT> listener = Contexts.interceptCall(caller.inContext(), call, headers, handler);
            return method.getType() == MethodType.UNARY ? listener : streams.watch(credential, call, listener);
        }

        private Listener<ReqT> refuse(ServerCall<ReqT, RespT> call, Refusal refusal, String who) {
            call.close(refusals.refuse(refusal, method.getFullMethodName(), who), new Metadata());
            return new Listener<>() {};
        }

        private String peer(ServerCall<?, ?> call) {
            return String.valueOf(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
        }
    }
}
