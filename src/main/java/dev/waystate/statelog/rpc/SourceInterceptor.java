package dev.waystate.statelog.rpc;

import dev.waystate.security.access.Caller;
import dev.waystate.security.access.WriteAccess;
import dev.waystate.server.InvalidRequestException;
import dev.waystate.server.Names;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCall.Listener;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Finds out who sends the reports of a call whose messages do not say so: the {@code waystate-source} metadata entry,
 * else the caller's name, else the address of the peer. The port is left out: each connection has another one, and would
 * be another source. A source that the caller may not write is refused.
 */
@Component
class SourceInterceptor implements ServerInterceptor {

    private static final Metadata.Key<String> SOURCE_ENTRY =
            Metadata.Key.of("waystate-source", Metadata.ASCII_STRING_MARSHALLER);

    private static final Context.Key<String> SOURCE = Context.key("waystate-source");

    private final WriteAccess access;

    SourceInterceptor(WriteAccess access) {
        this.access = access;
    }

    /** Returns the source of the current call. */
    static String currentSource() {
        return SOURCE.get();
    }

    @Override
    public <ReqT, RespT> Listener<ReqT> interceptCall(
            ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
        String source = source(call, headers);
        access.check(source, call.getMethodDescriptor().getFullMethodName());
        return Contexts.interceptCall(Context.current().withValue(SOURCE, source), call, headers, next);
    }

    private static String source(ServerCall<?, ?> call, Metadata headers) {
        String named = headers.get(SOURCE_ENTRY);
        if (named == null) {
            return Caller.current()
                    .map(Caller::name)
                    .orElseGet(() -> peer(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR)));
        }
        Names.problem(named).ifPresent(problem -> {
            throw new InvalidRequestException("metadata waystate-source", problem);
        });
        return named;
    }

    private static String peer(@Nullable SocketAddress address) {
        return address instanceof InetSocketAddress internet
                ? internet.getAddress().getHostAddress()
                : String.valueOf(address);
    }
}
