package dev.waystate.server.telemetry;

import com.google.common.net.InetAddresses;
import java.net.InetSocketAddress;

/** The address of a call's client. */
final class Peer {

    private Peer() {}

    /** Returns an address and a port, such as {@code 192.0.2.7:50100} or {@code [2001:db8::7]:50100}. */
    static String toText(InetSocketAddress address) {
        return InetAddresses.toUriString(address.getAddress()) + ":" + address.getPort();
    }
}
