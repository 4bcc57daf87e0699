package dev.waystate.server.calls;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.inprocess.InProcessSocketAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/**
 * The address of the client for whom the process calls its own services, such as one of the HTTP port. It stands in the
 * metadata of the call, and takes the place of the transport's peer. From the network nobody is believed.
 */
public final class ClientAddress {

    private static final Metadata.Key<byte[]> ENTRY =
            Metadata.Key.of("waystate-client-address-bin", Metadata.BINARY_BYTE_MARSHALLER);

    private ClientAddress() {}

    /** Adds the address to the metadata of a call. */
    public static void put(Metadata headers, InetAddress address) {
        headers.put(ENTRY, address.getAddress());
    }

    /** Returns the attributes of the transport, with the client's address in a call from the process itself. */
    public static Attributes attributes(Attributes transport, Metadata headers) {
        byte[] address = headers.get(ENTRY);
        return address != null && transport.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR) instanceof InProcessSocketAddress
                ? transport.toBuilder()
                        .set(Grpc.TRANSPORT_ATTR_REMOTE_ADDR, new InetSocketAddress(toAddress(address), 0))
                        .build()
                : transport;
    }

    private static InetAddress toAddress(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException otherLength) {
            throw new IllegalArgumentException("No address: " + Arrays.toString(bytes), otherLength);
        }
    }
}
