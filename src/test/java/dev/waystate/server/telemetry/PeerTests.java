package dev.waystate.server.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Metadata;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose address a call has. */
class PeerTests {

    private static final InetSocketAddress CONNECTED = new InetSocketAddress("192.0.2.7", 50_100);

    @ParameterizedTest
    @ValueSource(strings = {"198.51.100.4:443", "[2001:db8::7]:50100"})
    void theProcessItselfIsBelievedForWhomItSpeaks(String address) {
        InetSocketAddress peer = (InetSocketAddress) call(address, null).peer();
        assertThat(Peer.toText(peer)).isEqualTo(address);
        assertThat(peer.isUnresolved()).isFalse();
    }

    @Test
    void nobodyElseIs() {
        assertThat(call("198.51.100.4:443", CONNECTED).peer()).isEqualTo(CONNECTED);
    }

    @Test
    void theProcessItselfHasNoAddress() {
        assertThat(call(null, null).peer()).isNull();
    }

    private static MeasuredCall call(String forwarded, InetSocketAddress peer) {
        Metadata headers = new Metadata();
        if (forwarded != null) {
            headers.put(Peer.FORWARDED, forwarded);
        }
        return new MeasuredCall(new CallObserver[0], "x.Y/Z", headers, peer) {};
    }
}
