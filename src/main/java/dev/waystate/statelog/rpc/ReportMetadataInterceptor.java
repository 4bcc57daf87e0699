package dev.waystate.statelog.rpc;

import com.google.common.base.CharMatcher;
import dev.waystate.geometry.Point;
import dev.waystate.process.Utf8;
import dev.waystate.security.access.Caller;
import dev.waystate.security.access.WriteAccess;
import dev.waystate.server.calls.OpenCall;
import dev.waystate.server.status.InvalidRequestException;
import dev.waystate.text.Names;
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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Reads the {@link ReportMetadata} of a call. The source is the {@code waystate-source} entry, else the caller's name,
 * else the address of the peer. Its port is left out: each connection has another one, and would be another source. A
 * source that the caller may not write is refused. The location is the {@code waystate-location} entry, {@code x,y}.
 * Entries are in UTF-8; spaces and tabs around them do not count.
 */
@Component
class ReportMetadataInterceptor implements ServerInterceptor {

    private static final Entry SOURCE = new Entry("waystate-source");
    private static final Entry LOCATION = new Entry("waystate-location");

    private static final CharMatcher WHITE_SPACE = CharMatcher.anyOf(" \t");
    private static final Pattern POINT = Pattern.compile("([+-]?\\d{1,10})\\s*,\\s*([+-]?\\d{1,10})");

    private final WriteAccess access;

    ReportMetadataInterceptor(WriteAccess access) {
        this.access = access;
    }

    @Override
    public <ReqT, RespT> Listener<ReqT> interceptCall(
            ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
        String source = source(call, headers);
        OpenCall.current().setSource(source);
        access.check(source, call.getMethodDescriptor().getFullMethodName());
        ReportMetadata metadata = new ReportMetadata(source, location(headers));
        return Contexts.interceptCall(metadata.inContext(), call, headers, next);
    }

    private static String source(ServerCall<?, ?> call, Metadata headers) {
        String name = SOURCE.text(headers);
        if (name == null) {
            return Caller.current()
                    .map(Caller::name)
                    .orElseGet(() -> peer(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR)));
        }
        Names.problem(name).ifPresent(problem -> {
            throw SOURCE.refused(problem);
        });
        return name;
    }

    private static String peer(@Nullable SocketAddress address) {
        return address instanceof InetSocketAddress internet
                ? internet.getAddress().getHostAddress()
                : String.valueOf(address);
    }

    private static @Nullable Point location(Metadata headers) {
        String text = LOCATION.text(headers);
        if (text == null) {
            return null;
        }
        Matcher point = POINT.matcher(text);
        if (!point.matches()) {
            throw LOCATION.refused("expected x,y, two int32 numbers, but found something else");
        }
        try {
            return new Point(Integer.parseInt(point.group(1)), Integer.parseInt(point.group(2)));
        } catch (NumberFormatException tooLarge) {
            throw LOCATION.refused("expected x,y, two int32 numbers, but one of them is out of range");
        }
    }

    /**
     * An entry of the metadata.
     *
     * @param utf8 the key of the entry, whose value is text in UTF-8
     * @param bytes the key of the binary entry of the same name, which is refused
     */
    private record Entry(String name, Metadata.Key<byte[]> utf8, Metadata.Key<byte[]> bytes) {

        Entry(String name) {
            this(
                    name,
                    InternalMetadata.keyOf(name, new Utf8Bytes()),
                    Metadata.Key.of(name + Metadata.BINARY_HEADER_SUFFIX, Metadata.BINARY_BYTE_MARSHALLER));
        }

        /** Returns the text of the entry; null when there is none. */
        @Nullable
        String text(Metadata headers) {
            if (headers.containsKey(bytes)) {
                throw refused("expected an entry without " + Metadata.BINARY_HEADER_SUFFIX);
            }
            Iterable<byte[]> entries = headers.getAll(utf8);
            if (entries == null) {
                return null;
            }
            Iterator<byte[]> each = entries.iterator();
            String text = decode(each.next());
            if (each.hasNext()) {
                throw refused("expected one entry, but found several");
            }
            return text;
        }

        private String decode(byte[] value) {
            try {
                return WHITE_SPACE.trimFrom(Utf8.decode(value));
            } catch (CharacterCodingException other) {
                throw refused("expected UTF-8, but found other bytes");
            }
        }

        InvalidRequestException refused(String problem) {
            return new InvalidRequestException("metadata " + name, problem);
        }
    }

    /** Reads the bytes as they are. gRPC's own strings have the same character for all bytes that are not ASCII. */
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
