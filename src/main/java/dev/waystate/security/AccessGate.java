package dev.waystate.security;

import dev.waystate.server.Gate;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCall.Listener;
import io.grpc.ServerCallHandler;
import org.springframework.stereotype.Component;

/**
 * Lets a call through to a method if its caller is known and may call it, and has the caller in the context of the call.
 * Where nobody is asked for credentials it stands before no method at all.
 */
@Component
class AccessGate implements Gate {

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
