package dev.waystate.security.access;

import dev.waystate.server.calls.Gate;
import dev.waystate.server.calls.OpenCall;
import dev.waystate.server.status.TryLaterException;
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
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Predicate;
import org.springframework.stereotype.Component;

/**
 * Lets a call through to a method if its credential is valid at its start and the caller has the method's permission, and
 * puts the caller into the context of the call. Where nobody needs credentials it stands before no method at all.
 */
@Component
class AccessControl implements Gate {

    private final Authenticator authenticator;
    private final DenialReporter denials;

    AccessControl(Authenticator authenticator, DenialReporter denials) {
        this.authenticator = authenticator;
        this.denials = denials;
    }

    @Override
    public <ReqT, RespT> ServerCallHandler<ReqT, RespT> before(
            Class<?> service, MethodDescriptor<ReqT, RespT> method, ServerCallHandler<ReqT, RespT> handler) {
        return authenticator.isOn() && !MethodPermissions.isOpen(method)
                ? new CheckedHandler<>(method, MethodPermissions.permitted(service, method), handler)
                : handler;
    }

    private final class CheckedHandler<ReqT, RespT> implements ServerCallHandler<ReqT, RespT> {

        private final MethodDescriptor<ReqT, RespT> method;
        private final Predicate<Caller> permitted;
        private final ServerCallHandler<ReqT, RespT> handler;

        CheckedHandler(
                MethodDescriptor<ReqT, RespT> method,
                Predicate<Caller> permitted,
                ServerCallHandler<ReqT, RespT> handler) {
            this.method = method;
            this.permitted = permitted;
            this.handler = handler;
        }

        @Override
        public Listener<ReqT> startCall(ServerCall<ReqT, RespT> call, Metadata headers) {
            CompletableFuture<Credential> credential = authenticator.authenticate(call.getAttributes(), headers);
            if (credential.isDone()) {
                return decide(call, headers, credential);
            }
            HeldListener<ReqT> held = new HeldListener<>();
            Context context = Context.current();
            credential.whenComplete((known, refused) -> context.run(() -> release(held, call, headers, credential)));
            return held;
        }

        private void release(
                HeldListener<ReqT> held,
                ServerCall<ReqT, RespT> call,
                Metadata headers,
                CompletableFuture<Credential> credential) {
            Listener<ReqT> listener = new Listener<>() {};
            try {
                listener = decide(call, headers, credential);
                held.release(listener);
            } catch (RuntimeException | Error thrown) {
                // Where the guard does not see it: closed so, the call has the status that the guard gives.
                call.close(Status.UNKNOWN.withCause(thrown), new Metadata());
                held.release(new Listener<>() {});
                listener.onCancel();
            }
        }

        private Listener<ReqT> decide(
                ServerCall<ReqT, RespT> call, Metadata headers, CompletableFuture<Credential> credential) {
            Credential known;
            try {
                known = credential.join();
            } catch (CompletionException failed) {
                if (failed.getCause() instanceof AuthenticationException refused) {
                    return refuse(call, refused.reason(), peer(call));
                }
                if (failed.getCause() instanceof TryLaterException) {
                    denials.report(DenialReason.TOO_MANY_REFUSED, method.getFullMethodName(), peer(call));
                }
                throw failed;
            }
            return start(call, headers, known);
        }

        private Listener<ReqT> start(ServerCall<ReqT, RespT> call, Metadata headers, Credential credential) {
            Caller caller = credential.caller();
            OpenCall.current().setCaller(caller.name());
            if (!credential.isValidAt(Instant.now())) {
                return refuse(call, DenialReason.EXPIRED, caller.name());
            }
            if (!permitted.test(caller)) {
                return refuse(call, DenialReason.NO_PERMISSION, caller.name());
            }
            if (method.getType() != MethodType.UNARY) {
                OpenCall.current()
                        .endWhen(() -> credential.isValidAt(Instant.now())
                                ? null
                                : denials.deny(DenialReason.EXPIRED, method.getFullMethodName(), caller.name()));
            }
            return Contexts.interceptCall(caller.inContext(), call, headers, handler);
        }

        private Listener<ReqT> refuse(ServerCall<ReqT, RespT> call, DenialReason reason, String who) {
            call.close(denials.deny(reason, method.getFullMethodName(), who), new Metadata());
            return new Listener<>() {};
        }

        private String peer(ServerCall<?, ?> call) {
            return String.valueOf(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
        }
    }
}
