package dev.waystate.security.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waystate.InProcessTest;
import dev.waystate.Recorder;
import dev.waystate.proto.Data;
import dev.waystate.proto.Displacement;
import dev.waystate.proto.DisplacementResponse;
import dev.waystate.proto.DisplacementServiceGrpc;
import dev.waystate.proto.Empty;
import dev.waystate.proto.RequestStreamingGrpc;
import dev.waystate.server.calls.OpenCalls;
import dev.waystate.statelog.StateLog;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.stub.StreamObserver;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import net.devh.boot.grpc.client.inject.GrpcClient;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;

/** Calls whose token is being verified. */
@InProcessTest
@Timeout(60)
class HeldCallTests {

    private static final String KNOWN = "known.token";
    private static final String NEW = "new.token";
    private static final Credential VALID = until(Instant.MAX);

    @TestConfiguration(proxyBeanMethods = false)
    static class Verification {

        @Bean
        @Primary
        Verifier verifier() {
            return new Verifier();
        }
    }

    @GrpcClient("waystate")
    Channel channel;

    @Autowired
    Verifier verifier;

    @Autowired
    StateLog stateLog;

    @Autowired
    OpenCalls openCalls;

    private final CompletableFuture<Credential> verification = new CompletableFuture<>();

    @BeforeEach
    void hold() {
        verifier.next = verification;
    }

    @Test
    void aCallWaitsForItsTokenWhileOthersGoOn() {
        Recorder<Displacement, DisplacementResponse> held = compute(NEW);
        assertThat(compute(KNOWN).awaitEnd().isOk()).isTrue();
        assertThat(held.hasEnded()).isFalse();
        verification.complete(VALID);
        assertThat(held.awaitEnd().isOk()).isTrue();
        assertThat(held.responses()).hasSize(1);
    }

    @Test
    void aStreamThatWasHeldGetsWhatWasSentMeanwhile() {
        long before = stateLog.head();
        Recorder<Data, Empty> held = new Recorder<>();
        StreamObserver<Data> reports = report(held);
        reports.onNext(Data.getDefaultInstance());
        reports.onCompleted();
        Recorder<Data, Empty> heldWithoutReports = new Recorder<>();
        report(heldWithoutReports).onCompleted();

        assertThat(compute(KNOWN).awaitEnd().isOk()).isTrue();
        assertThat(stateLog.head()).isEqualTo(before);
        verification.complete(VALID);
        assertThat(held.awaitEnd().isOk()).isTrue();
        assertThat(heldWithoutReports.awaitEnd().isOk()).isTrue();
        assertThat(stateLog.head()).isEqualTo(before + 1);
    }

    @Test
    void aStreamThatIsCancelledWhileItIsHeldLeavesNothing() {
        Recorder<Data, Empty> held = new Recorder<>();
        report(held).onNext(Data.getDefaultInstance());
        held.cancel();
        verification.complete(VALID);
        await().atMost(10, TimeUnit.SECONDS).until(() -> openCalls.all().isEmpty());
    }

    @Test
    void aCallWhoseTokenTurnsOutWrongIsRefused() {
        Recorder<Displacement, DisplacementResponse> held = compute(NEW);
        verification.completeExceptionally(new AuthenticationException(DenialReason.UNKNOWN_KEY));
        assertRefused(held);
    }

    @Test
    void aCallWhoseTokenExpiresWhileItIsHeldIsRefused() {
        Recorder<Displacement, DisplacementResponse> held = compute(NEW);
        verification.complete(until(Instant.now()));
        assertRefused(held);
    }

    private static Credential until(Instant end) {
        return new ExpiringCredential(new Caller("robot", EnumSet.allOf(Permission.class), WritableSources.ALL), end);
    }

    private static void assertRefused(Recorder<?, ?> call) {
        Status status = call.awaitEnd();
        assertThat(status.getCode()).isEqualTo(Code.UNAUTHENTICATED);
        assertThat(status.getDescription()).isEqualTo("Expected a credential that is valid here");
        assertThat(call.responses()).isEmpty();
    }

    private Recorder<Displacement, DisplacementResponse> compute(String token) {
        Recorder<Displacement, DisplacementResponse> recorder = new Recorder<>();
        DisplacementServiceGrpc.newStub(channel)
                .withInterceptors(Credentials.bearer(token))
                .computeDisplacement(Displacement.getDefaultInstance(), recorder);
        return recorder;
    }

    private StreamObserver<Data> report(Recorder<Data, Empty> recorder) {
        return RequestStreamingGrpc.newStub(channel)
                .withInterceptors(Credentials.bearer(NEW))
                .streamState(recorder);
    }

    /** Knows one token at once, and others when the test says so. */
    private static final class Verifier implements TokenVerifier {

        private volatile CompletableFuture<Credential> next;

        @Override
        public boolean isOn() {
            return true;
        }

        @Override
        public Optional<Credential> known(TokenHash token) {
            return token.equals(TokenHash.of(KNOWN)) ? Optional.of(VALID) : Optional.empty();
        }

        @Override
        public CompletableFuture<Credential> verify(String token, Object network) {
            return next;
        }
    }
}
