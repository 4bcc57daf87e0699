package dev.waystate.security.access;

import dev.waystate.server.calls.CallFilter;
import dev.waystate.server.calls.OpenCall;
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
import io.grpc.StatusException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.springframework.stereotype.Component;

/**
 * Lets a call through to its method if its credential is valid at its start and the caller has the method's permission.
 * The caller is then in the context of the call. Where callers need no credentials, it filters no method.
 */
@Component
class AccessControl implements CallFilter {

    private final Authenticator authenticator;
    private final Admission admission;

    AccessControl(Authenticator authenticator, Admission admission) {
        this.authenticator = authenticator;
        this.admission = admission;
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
                // The guard cannot catch this. Closed with a cause, the call gets the status that the guard gives it.
                call.close(Status.UNKNOWN.withCause(thrown), new Metadata());
                held.release(new Listener<>() {});
                listener.onCancel();
            }
        }

        private Listener<ReqT> decide(
                ServerCall<ReqT, RespT> call, Metadata headers, CompletableFuture<Credential> credential) {
            if (!credential.isCompletedExceptionally()) {
                OpenCall.current().setCaller(credential.join().caller().name());
            }
            try {
                Credential admitted = admission.admit(credential, permitted, method.getFullMethodName(), peer(call));
                if (method.getType() != MethodType.UNARY) {
                    OpenCall.current().endWhen(admission.endCondition(admitted, method.getFullMethodName()));
                }
                return Contexts.interceptCall(admitted.caller().inContext(), call, headers, handler);
            } catch (StatusException denied) {
                call.close(denied.getStatus(), new Metadata());
                return new Listener<>() {};
            }
        }

        private String peer(ServerCall<?, ?> call) {
            return String.valueOf(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
        }
    }
}
