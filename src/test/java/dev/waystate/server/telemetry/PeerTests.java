package dev.waystate.server.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.net.InetAddresses;
import io.grpc.Metadata;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whose address a call has. */
class PeerTests {

    private static final InetSocketAddress CONNECTED = new InetSocketAddress("192.0.2.7", 50_100);
    private static final InetSocketAddress FORWARDED = new InetSocketAddress("198.51.100.4", 443);

    @Test
    void theProcessItselfIsBelievedForWhomItSpeaks() {
        MeasuredCall call = call(FORWARDED, null);
        assertThat(call.peer()).isEqualTo(FORWARDED);
        assertThat(call.sentBytes()).isEqualTo(7);
    }

    @Test
    void nobodyElseIs() {
        MeasuredCall call = call(FORWARDED, CONNECTED);
        assertThat(call.peer()).isEqualTo(CONNECTED);
        assertThat(call.sentBytes()).isZero();
    }

    @Test
    void theProcessItselfHasNoAddress() {
        assertThat(call(null, null).peer()).isNull();
    }

    @ParameterizedTest
    @CsvSource({"198.51.100.4, 198.51.100.4:443", "2001:db8::7, [2001:db8::7]:443"})
    void theTextOfAnAddressIsThatOfALink(String address, String text) {
        assertThat(AccessLog.peer(new InetSocketAddress(InetAddresses.forString(address), 443)))
                .isEqualTo(text);
    }

    private static MeasuredCall call(InetSocketAddress forwarded, InetSocketAddress peer) {
        Metadata headers = new Metadata();
        if (forwarded != null) {
            headers.put(HttpOrigin.ENTRY, new HttpOrigin(forwarded, () -> 7));
        }
        return new MeasuredCall(new CallObserver[0], "x.Y/Z", headers, peer) {};
    }
}
