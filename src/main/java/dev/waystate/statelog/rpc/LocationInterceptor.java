package dev.waystate.statelog.rpc;

import dev.waystate.geometry.Point;
import dev.waystate.server.status.InvalidRequestException;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.Iterator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Finds out where the source of a call is whose messages do not say so: the {@code waystate-location} metadata entry,
 * {@code x,y}, which holds for all of its reports.
 */
@Component
class LocationInterceptor implements ServerInterceptor {

    private static final String ENTRY = "waystate-location";

    private static final Metadata.Key<String> LOCATION_ENTRY = Metadata.Key.of(ENTRY, Metadata.ASCII_STRING_MARSHALLER);

    /** What gRPC libraries call metadata with any bytes. */
    private static final Metadata.Key<byte[]> BINARY_ENTRY =
            Metadata.Key.of(ENTRY + Metadata.BINARY_HEADER_SUFFIX, Metadata.BINARY_BYTE_MARSHALLER);

    private static final Pattern LOCATION = Pattern.compile("\\s*([+-]?\\d{1,10})\\s*,\\s*([+-]?\\d{1,10})\\s*");

    private static final Context.Key<Point> CURRENT = Context.key(ENTRY);

    /** Returns the location of the current call's source; null when the call does not say. */
    static @Nullable Point currentLocation() {
        return CURRENT.get();
    }

    @Override
    public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
            ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
        if (headers.containsKey(BINARY_ENTRY)) {
            throw refused("in an entry without " + Metadata.BINARY_HEADER_SUFFIX);
        }
        Iterable<String> named = headers.getAll(LOCATION_ENTRY);
        if (named == null) {
            return next.startCall(call, headers);
        }
        Iterator<String> locations = named.iterator();
        Point location = parse(locations.next());
        if (locations.hasNext()) {
            throw refused("but found several entries");
        }
        return Contexts.interceptCall(Context.current().withValue(CURRENT, location), call, headers, next);
    }

    private static Point parse(String text) {
        Matcher parts = LOCATION.matcher(text);
        if (!parts.matches()) {
            throw refused("but found something else");
        }
        try {
            return new Point(Integer.parseInt(parts.group(1)), Integer.parseInt(parts.group(2)));
        } catch (NumberFormatException tooLarge) {
            throw refused("but one of them is out of range");
        }
    }

    private static InvalidRequestException refused(String found) {
        return new InvalidRequestException("metadata " + ENTRY, "expected x,y, two int32 numbers, " + found);
    }
}
