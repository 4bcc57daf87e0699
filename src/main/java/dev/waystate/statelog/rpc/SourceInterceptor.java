package dev.waystate.statelog.rpc;

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
 * else the address of the peer. The port is left out: each connection has another one, and would be another source.
 */
@Component
class SourceInterceptor implements ServerInterceptor {

    private static final Metadata.Key<String> SOURCE_ENTRY =
            Metadata.Key.of("waystate-source", Metadata.ASCII_STRING_MARSHALLER);

    private static final Context.Key<String> SOURCE = Context.key("waystate-source");

    /** Returns the source of the current call. */
    static String currentSource() {
        return SOURCE.get();
    }

    @Override
    public <ReqT, RespT> Listener<ReqT> interceptCall(
            ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
        String named = headers.get(SOURCE_ENTRY);
        String source = named == null
                ? peer(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR))
                : SourceNames.checked(named, "metadata waystate-source");
        return Contexts.interceptCall(Context.current().withValue(SOURCE, source), call, headers, next);
    }

    private static String peer(@Nullable SocketAddress address) {
        return address instanceof InetSocketAddress internet
                ? internet.getAddress().getHostAddress()
                : String.valueOf(address);
    }
}
