package dev.waystate.server.telemetry;

import io.grpc.Metadata;
import io.grpc.Metadata.BinaryStreamMarshaller;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.util.function.LongSupplier;

/**
 * What the process knows of a call that it makes for a client of the HTTP port.
 *
 * @param peer the client's address
 * @param sentBytes returns how many bytes the body of the HTTP answer has so far
 */
public record HttpOrigin(InetSocketAddress peer, LongSupplier sentBytes) {

    /** The metadata entry that carries it within the process. In calls from elsewhere it has no effect. */
    public static final Metadata.Key<HttpOrigin> ENTRY =
            Metadata.Key.of("waystate-http-client-bin", new BinaryStreamMarshaller<>() {
                @Override
                public InputStream toStream(HttpOrigin call) {
                    return new Carrier(call);
                }

                @Override
                public HttpOrigin parseStream(InputStream stream) {
                    return ((Carrier) stream).call;
                }
            });

    /**
     * Carries the object itself. Within the process, metadata are not written and read: the stream arrives as it is.
     */
    private static final class Carrier extends ByteArrayInputStream {

        private final HttpOrigin call;

        Carrier(HttpOrigin call) {
            super(new byte[0]);
            this.call = call;
        }
    }
}
