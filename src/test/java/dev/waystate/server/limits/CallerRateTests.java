package dev.waystate.server.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.rpc.RetryInfo;
import dev.waystate.InProcessTest;
import dev.waystate.proto.Displacement;
import dev.waystate.proto.DisplacementServiceGrpc.DisplacementServiceBlockingStub;
import io.grpc.Metadata;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.MetadataUtils;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import net.devh.boot.grpc.client.inject.GrpcClient;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.context.TestPropertySource;

/** How many calls a caller may make. */
@InProcessTest
@TestPropertySource(
        properties = {
            "waystate.limits.caller-rate=1",
            "waystate.limits.caller-burst=3",
            "waystate.security.callers[0].name=greedy",
            "waystate.security.callers[0].tokens=greedy-0123456789",
            "waystate.security.callers[0].permissions=displacement:compute",
            "waystate.security.callers[1].name=modest",
            "waystate.security.callers[1].tokens=modest-0123456789",
            "waystate.security.callers[1].permissions=displacement:compute"
        })
class CallerRateTests {

    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    @GrpcClient("waystate")
    DisplacementServiceBlockingStub displacements;

    @Autowired
    MeterRegistry meters;

    @Test
    void callsBeyondTheBurstAreToldWhenToTryAgainAndOtherCallersAreServed() throws Exception {
        for (int i = 0; i < 3; i++) {
            call("greedy");
        }
        // On a busy machine a second may have gone by, and brought another call.
        StatusRuntimeException refusal = await().until(
                        () -> catchThrowableOfType(StatusRuntimeException.class, () -> call("greedy")),
                        Objects::nonNull);
        assertThat(refusal.getStatus().getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED);
        RetryInfo retry = StatusProto.fromThrowable(refusal).getDetails(0).unpack(RetryInfo.class);
        Duration delay = Duration.ofSeconds(
                retry.getRetryDelay().getSeconds(), retry.getRetryDelay().getNanos());
        assertThat(delay).isBetween(Duration.ofMillis(1), Duration.ofSeconds(1));
        assertThat(meters.counter("waystate.limits.refused", "limit", "caller-rate")
                        .count())
                .isPositive();
        assertThatCode(() -> call("modest")).doesNotThrowAnyException();

        Thread.sleep(delay.toMillis() + 1); // whoever waits for as long as it is told
        assertThatCode(() -> call("greedy")).doesNotThrowAnyException();
    }

    @Test
    void callersWithoutANameAreToldApartByTheirAddresses() throws UnknownHostException {
        assertThat(network("192.0.2.1")).isEqualTo(network("192.0.2.1")).isNotEqualTo(network("192.0.2.2"));
    }

    @Test
    void theAddressesOfOneSubscriberAreOneCaller() throws UnknownHostException {
        assertThat(network("2001:db8::1")).isEqualTo(network("2001:db8::2")).isNotEqualTo(network("2001:db8:0:1::1"));
    }

    @Test
    void noMoreCallersAreRememberedThanThereIsRoomFor() {
        ClientRate rate = new ClientRate(1, 3);
        for (int i = 0; i < 2 * ClientRate.MOST_CLIENTS; i++) {
            rate.take("caller " + i);
        }
        assertThat(rate.clients()).isLessThanOrEqualTo(ClientRate.MOST_CLIENTS);
    }

    private static Object network(String address) throws UnknownHostException {
        return ClientRate.network(new InetSocketAddress(InetAddress.getByName(address), 1234));
    }

    private void call(String name) {
        Metadata metadata = new Metadata();
        metadata.put(AUTHORIZATION, "Bearer " + name + "-0123456789");
        displacements
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata))
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .computeDisplacement(Displacement.getDefaultInstance());
    }
}
