package dev.waystate.server.telemetry;

import com.google.common.net.HostAndPort;
import com.google.common.net.InetAddresses;
import io.grpc.Metadata;
import java.net.InetSocketAddress;

/** The address of a call's client. */
public final class Peer {

    /**
     * The metadata entry in which the process itself says for whom it makes a call: an address and a port, such as
     * {@code 192.0.2.7:50100} or {@code [2001:db8::7]:50100}. In calls from elsewhere it says nothing.
     */
    public static final Metadata.Key<String> FORWARDED =
            Metadata.Key.of("waystate-forwarded-peer", Metadata.ASCII_STRING_MARSHALLER);

    private Peer() {}

    /** Returns the text of an address for {@link #FORWARDED}. */
    public static String toText(InetSocketAddress address) {
        return InetAddresses.toUriString(address.getAddress()) + ":" + address.getPort();
    }

    static InetSocketAddress parse(String text) {
        HostAndPort address = HostAndPort.fromString(text);
        return new InetSocketAddress(InetAddresses.forString(address.getHost()), address.getPort());
    }
}
