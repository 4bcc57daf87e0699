package dev.waystate.statelog.rpc;

import dev.waystate.process.Utf8;
import dev.waystate.security.access.Caller;
import dev.waystate.security.access.WriteAccess;
import dev.waystate.server.calls.OpenCall;
import dev.waystate.server.status.InvalidRequestException;
import dev.waystate.server.text.Names;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.InternalMetadata;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCall.Listener;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.CharacterCodingException;
import java.util.Iterator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Finds out who sends the reports of a call whose messages do not say so: the {@code waystate-source} metadata entry,
 * in UTF-8 and without the spaces and tabs around it, else the caller's name, else the address of the peer. The port is
 * left out: each connection has another one, and would be another source. A source that the caller may not write is
 * refused.
 */
@Component
class SourceInterceptor implements ServerInterceptor {

    private static final String ENTRY = "waystate-source";

    private static final Metadata.Key<byte[]> SOURCE_ENTRY = InternalMetadata.keyOf(ENTRY, new Utf8Bytes());

    /** What gRPC libraries call metadata with any bytes. */
    private static final Metadata.Key<byte[]> BINARY_ENTRY =
            Metadata.Key.of(ENTRY + Metadata.BINARY_HEADER_SUFFIX, Metadata.BINARY_BYTE_MARSHALLER);

    private static final Pattern WHITE_SPACE_AROUND = Pattern.compile("^[ \\t]+|[ \\t]+$");

    private static final Context.Key<String> SOURCE = Context.key(ENTRY);

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
        OpenCall.current().setSource(source);
        access.check(source, call.getMethodDescriptor().getFullMethodName());
        return Contexts.interceptCall(Context.current().withValue(SOURCE, source), call, headers, next);
    }

    private static String source(ServerCall<?, ?> call, Metadata headers) {
        if (headers.containsKey(BINARY_ENTRY)) {
            throw refused("expected the name in an entry without " + Metadata.BINARY_HEADER_SUFFIX);
        }
        Iterable<byte[]> named = headers.getAll(SOURCE_ENTRY);
        if (named == null) {
            return Caller.current()
                    .map(Caller::name)
                    .orElseGet(() -> peer(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR)));
        }
        Iterator<byte[]> names = named.iterator();
        String name = text(names.next());
        if (names.hasNext()) {
            throw refused("expected one entry, but found several");
        }
        Names.problem(name).ifPresent(problem -> {
            throw refused(problem);
        });
        return name;
    }

    private static String text(byte[] utf8) {
        try {
            return WHITE_SPACE_AROUND.matcher(Utf8.decode(utf8)).replaceAll("");
        } catch (CharacterCodingException other) {
            throw refused("expected UTF-8, but found other bytes");
        }
    }

    private static InvalidRequestException refused(String problem) {
        return new InvalidRequestException("metadata " + ENTRY, problem);
    }

    private static String peer(@Nullable SocketAddress address) {
        return address instanceof InetSocketAddress internet
                ? internet.getAddress().getHostAddress()
                : String.valueOf(address);
    }

    /** The bytes as they are: gRPC's own strings have one and the same character for all that are not ASCII. */
    private static final class Utf8Bytes implements InternalMetadata.TrustedAsciiMarshaller<byte[]> {

        @Override
        public byte[] toAsciiString(byte[] value) {
            return value;
        }

        @Override
        public byte[] parseAsciiString(byte[] serialized) {
            return serialized;
        }
    }
}
