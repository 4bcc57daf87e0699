package dev.waystate.security.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waystate.Recorder;
import dev.waystate.proto.Data;
import dev.waystate.proto.Displacement;
import dev.waystate.proto.DisplacementResponse;
import dev.waystate.proto.DisplacementServiceGrpc;
import dev.waystate.proto.DisplacementServiceGrpc.DisplacementServiceImplBase;
import dev.waystate.proto.Empty;
import dev.waystate.proto.RequestStreamingGrpc;
import dev.waystate.proto.RequestStreamingGrpc.RequestStreamingImplBase;
import dev.waystate.server.Scheduler;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls whose token is being verified, on a server whose one thread is the caller's. */
@Timeout(60)
class HeldCallTests {

    private static final String KNOWN = "known.token";
    private static final String NEW = "new.token";

    private final CompletableFuture<Credential> verification = new CompletableFuture<>();
    private final DenialReporter denials = new DenialReporter(new SimpleMeterRegistry());
    private final LiveStreams streams = new LiveStreams(denials);
    private final AtomicInteger streamsBegun = new AtomicInteger();
    private final AtomicInteger streamsCancelled = new AtomicInteger();
    private final Scheduler scheduler = Credentials.scheduler();
    private Server server;
    private ManagedChannel channel;

    @BeforeEach
    void start() throws Exception {
        AccessControl access = new AccessControl(
                new Authenticator(new ConfiguredCallers(new CallersProperties(List.of()), scheduler), new Verifier()),
                denials,
                streams);
        String name = InProcessServerBuilder.generateName();
        server = InProcessServerBuilder.forName(name)
                .directExecutor()
                .addService(GatedServices.gated(new Displacements(), access))
                .addService(GatedServices.gated(new Reports(), access))
                .build()
                .start();
        channel = InProcessChannelBuilder.forName(name).directExecutor().build();
    }

    @AfterEach
    void stop() {
        channel.shutdownNow();
        server.shutdownNow();
        streams.close();
        scheduler.close();
    }

    @Test
    void aCallWaitsForItsTokenWhileOthersGoOn() {
        Recorder<Displacement, DisplacementResponse> held = compute(NEW);
        assertThat(compute(KNOWN).awaitEnd().isOk()).isTrue();
        assertThat(held.hasEnded()).isFalse();
        verification.complete(Robot.VALID);
        assertThat(held.awaitEnd().isOk()).isTrue();
        assertThat(held.responses()).hasSize(1);
    }

    @Test
    void aStreamThatWasHeldGetsWhatWasSentMeanwhile() {
        Recorder<Data, Empty> held = new Recorder<>();
        StreamObserver<Data> reports = report(NEW, held);
        reports.onNext(Data.getDefaultInstance());
        reports.onCompleted();
        Recorder<Data, Empty> heldWithoutReports = new Recorder<>();
        report(NEW, heldWithoutReports).onCompleted();

        assertThat(streamsBegun).hasValue(0);
        verification.complete(Robot.VALID);
        assertThat(held.awaitEnd().isOk()).isTrue();
        assertThat(heldWithoutReports.awaitEnd().isOk()).isTrue();
        await().atMost(10, TimeUnit.SECONDS).until(() -> streams.count() == 0);
    }

    @Test
    void aStreamThatIsCancelledWhileItIsHeldLeavesNothing() {
        Recorder<Data, Empty> held = new Recorder<>();
        report(NEW, held).onNext(Data.getDefaultInstance());
        held.cancel();
        verification.complete(Robot.VALID);
        await().atMost(10, TimeUnit.SECONDS).until(() -> streamsBegun.get() == streamsCancelled.get());
        await().atMost(10, TimeUnit.SECONDS).until(() -> streams.count() == 0);
    }

    @Test
    void aCallWhoseTokenTurnsOutWrongIsRefused() {
        Recorder<Displacement, DisplacementResponse> held = compute(NEW);
        verification.completeExceptionally(new AuthenticationException(DenialReason.UNKNOWN_KEY));
        Status status = held.awaitEnd();
        assertThat(status.getCode()).isEqualTo(Code.UNAUTHENTICATED);
        assertThat(status.getDescription()).isEqualTo("Expected a credential that is valid here");
    }

    @Test
    void aCallWhoseTokenExpiresWhileItIsHeldIsRefused() {
        Recorder<Displacement, DisplacementResponse> held = compute(NEW);
        verification.complete(new Robot(Instant.now()));
        assertThat(held.awaitEnd().getCode()).isEqualTo(Code.UNAUTHENTICATED);
        assertThat(held.responses()).isEmpty();
    }

    private Recorder<Displacement, DisplacementResponse> compute(String token) {
        Recorder<Displacement, DisplacementResponse> recorder = new Recorder<>();
        DisplacementServiceGrpc.newStub(channel)
                .withInterceptors(Credentials.bearer(token))
                .computeDisplacement(Displacement.getDefaultInstance(), recorder);
        return recorder;
    }

    private StreamObserver<Data> report(String token, Recorder<Data, Empty> recorder) {
        return RequestStreamingGrpc.newStub(channel)
                .withInterceptors(Credentials.bearer(token))
                .streamState(recorder);
    }

    /** Knows one token at once, and others when the test says so. */
    private final class Verifier implements TokenVerifier {

        @Override
        public boolean isOn() {
            return true;
        }

        @Override
        public Optional<Credential> known(TokenHash token) {
            return token.equals(TokenHash.of(KNOWN)) ? Optional.of(Robot.VALID) : Optional.empty();
        }

        @Override
        public CompletableFuture<Credential> verify(String token, Object network) {
            return verification;
        }
    }

    /** A caller who may do everything, until an instant. */
    private record Robot(Instant end) implements Credential {

        static final Robot VALID = new Robot(Instant.MAX);

        @Override
        public Caller caller() {
            return new Caller("robot", EnumSet.allOf(Permission.class), WritableSources.ALL);
        }

        @Override
        public boolean isValidAt(Instant now) {
            return now.isBefore(end);
        }
    }

    private static final class Displacements extends DisplacementServiceImplBase {

        @Override
        @RequiresPermission(Permission.DISPLACEMENT_COMPUTE)
        public void computeDisplacement(Displacement request, StreamObserver<DisplacementResponse> responses) {
            responses.onNext(DisplacementResponse.getDefaultInstance());
            responses.onCompleted();
        }
    }

    private final class Reports extends RequestStreamingImplBase {

        @Override
        @RequiresPermission(Permission.STATE_WRITE)
        public StreamObserver<Data> streamState(StreamObserver<Empty> responses) {
            streamsBegun.incrementAndGet();
            return new StreamObserver<>() {
                @Override
                public void onNext(Data report) {
                    // nothing is kept
                }

                @Override
                public void onError(Throwable cancelled) {
                    streamsCancelled.incrementAndGet();
                }

                @Override
                public void onCompleted() {
                    responses.onNext(Empty.getDefaultInstance());
                    responses.onCompleted();
                }
            };
        }
    }
}
