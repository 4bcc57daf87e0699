package dev.waystate.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import dev.waystate.Recorder;
import dev.waystate.proto.Data;
import dev.waystate.proto.Displacement;
import dev.waystate.proto.DisplacementResponse;
import dev.waystate.proto.DisplacementServiceGrpc;
import dev.waystate.proto.DisplacementServiceGrpc.DisplacementServiceImplBase;
import dev.waystate.proto.DisplacementServiceGrpc.DisplacementServiceStub;
import dev.waystate.proto.Empty;
import dev.waystate.proto.RequestStreamingGrpc;
import dev.waystate.proto.RequestStreamingGrpc.RequestStreamingImplBase;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls whose token names a key that is being fetched, on a server whose one thread is the caller's. */
@Timeout(60)
class HeldCallTests {

    private final JwtIssuer issuer = new JwtIssuer();
    private final RSAKey next = JwtIssuer.rsaKey("rsa-2");
    private final CountDownLatch answer = new CountDownLatch(1);
    private final Refusals refusals = new Refusals(new SimpleMeterRegistry());
    private final LiveStreams streams = new LiveStreams(refusals);
    private final AtomicInteger streamsBegun = new AtomicInteger();
    private final AtomicInteger streamsCancelled = new AtomicInteger();
    private JwtVerifier verifier;
    private Server server;
    private ManagedChannel channel;

    @BeforeEach
    void start() throws Exception {
        verifier = new JwtVerifier(
                new JwtProperties(
                        JwtIssuer.ISSUER,
                        List.of(JwtIssuer.AUDIENCE),
                        issuer.jwks(),
                        Duration.ofHours(1),
                        List.of("RS256", "ES256"),
                        Duration.ZERO,
                        "scope",
                        null),
                Duration.ZERO);
        AccessGate gate = new AccessGate(
                new Authentication(new Callers(new CallersProperties(List.of())), verifier), refusals, streams);
        String name = InProcessServerBuilder.generateName();
        server = InProcessServerBuilder.forName(name)
                .directExecutor()
                .addService(GatedServices.gated(new Displacements(), gate))
                .addService(GatedServices.gated(new Reports(), gate))
                .build()
                .start();
        channel = InProcessChannelBuilder.forName(name).directExecutor().build();

        issuer.keys = List.of(issuer.rsa, next);
        issuer.serving = (exchange, keys) -> {
            answer.await(30, TimeUnit.SECONDS);
            JwtIssuer.WELL.answer(exchange, keys);
        };
    }

    @AfterEach
    void stop() {
        answer.countDown();
        channel.shutdownNow();
        server.shutdownNow();
        verifier.close();
        streams.close();
        issuer.close();
    }

    @Test
    void aCallWaitsForItsKeyWhileOthersGoOn() {
        Recorder<Displacement, DisplacementResponse> held = new Recorder<>();
        as(next).computeDisplacement(Displacement.getDefaultInstance(), held);
        Recorder<Displacement, DisplacementResponse> other = new Recorder<>();
        as(issuer.rsa).computeDisplacement(Displacement.getDefaultInstance(), other);

        assertThat(other.awaitEnd().isOk()).isTrue();
        assertThat(held.hasEnded()).isFalse();
        answer.countDown();
        assertThat(held.awaitEnd().isOk()).isTrue();
        assertThat(held.responses()).hasSize(1);
    }

    @Test
    void aStreamThatWasHeldGetsWhatWasSentMeanwhile() {
        Recorder<Data, Empty> held = new Recorder<>();
        StreamObserver<Data> reports = reportAs(next, held);
        reports.onNext(Data.getDefaultInstance());
        reports.onCompleted();
        Recorder<Data, Empty> heldWithoutReports = new Recorder<>();
        reportAs(next, heldWithoutReports).onCompleted();

        assertThat(streamsBegun).hasValue(0);
        answer.countDown();
        assertThat(held.awaitEnd().isOk()).isTrue();
        assertThat(heldWithoutReports.awaitEnd().isOk()).isTrue();
        await().atMost(10, TimeUnit.SECONDS).until(() -> streams.count() == 0);
    }

    @Test
    void aStreamThatIsCancelledWhileItIsHeldLeavesNothing() {
        Recorder<Data, Empty> held = new Recorder<>();
        reportAs(next, held).onNext(Data.getDefaultInstance());
        held.cancel();
        answer.countDown();
        await().atMost(10, TimeUnit.SECONDS).until(() -> streamsBegun.get() == streamsCancelled.get());
        await().atMost(10, TimeUnit.SECONDS).until(() -> streams.count() == 0);
    }

    @Test
    void aCallWhoseKeyDoesNotComeIsRefused() {
        issuer.keys = List.of(issuer.rsa);
        Recorder<Displacement, DisplacementResponse> held = new Recorder<>();
        as(next).computeDisplacement(Displacement.getDefaultInstance(), held);
        answer.countDown();
        Status status = held.awaitEnd();
        assertThat(status.getCode()).isEqualTo(Code.UNAUTHENTICATED);
        assertThat(status.getDescription()).isEqualTo("Expected a credential that is valid here");
    }

    @Test
    void noMoreThanAThousandWait() {
        DisplacementServiceStub caller = as(next);
        List<Recorder<Displacement, DisplacementResponse>> calls = new ArrayList<>();
        for (int i = 0; i < 1_010; i++) {
            Recorder<Displacement, DisplacementResponse> call = new Recorder<>();
            caller.computeDisplacement(Displacement.getDefaultInstance(), call);
            calls.add(call);
        }
        assertThat(calls.subList(0, 1_000)).noneMatch(Recorder::hasEnded);
        assertThat(calls.subList(1_000, 1_010)).allMatch(call -> call.awaitEnd().getCode() == Code.UNAVAILABLE);
        answer.countDown();
        assertThat(calls.subList(0, 1_000)).allMatch(call -> call.awaitEnd().isOk());
        Recorder<Displacement, DisplacementResponse> later = new Recorder<>();
        caller.computeDisplacement(Displacement.getDefaultInstance(), later);
        assertThat(later.awaitEnd().isOk()).isTrue();
    }

    @Test
    void falseTokensDoNotHoldUpThoseThatAreKnown() {
        answer.countDown();
        String good = token(issuer.rsa);
        assertThat(call(good).awaitEnd().isOk()).isTrue();
        String[] parts = JwtIssuer.token(JWSAlgorithm.ES256, issuer.ec, JwtIssuer.claims())
                .split("\\.");
        String bad = parts[0] + "." + parts[1] + "." + Base64URL.encode("x".repeat(64));
        List<Recorder<Displacement, DisplacementResponse>> flood = new ArrayList<>();
        for (int i = 0; i < 900; i++) {
            flood.add(call(bad));
        }
        Recorder<Displacement, DisplacementResponse> known = call(good);
        assertThat(known.hasEnded()).isTrue();
        assertThat(flood).anyMatch(call -> !call.hasEnded());
        assertThat(flood).allMatch(call -> call.awaitEnd().getCode() == Code.UNAUTHENTICATED);
    }

    private Recorder<Displacement, DisplacementResponse> call(String token) {
        Recorder<Displacement, DisplacementResponse> recorder = new Recorder<>();
        DisplacementServiceGrpc.newStub(channel)
                .withInterceptors(Credentials.bearer(token))
                .computeDisplacement(Displacement.getDefaultInstance(), recorder);
        return recorder;
    }

    private DisplacementServiceStub as(RSAKey key) {
        return DisplacementServiceGrpc.newStub(channel).withInterceptors(Credentials.bearer(token(key)));
    }

    private StreamObserver<Data> reportAs(RSAKey key, Recorder<Data, Empty> recorder) {
        return RequestStreamingGrpc.newStub(channel)
                .withInterceptors(Credentials.bearer(token(key)))
                .streamState(recorder);
    }

    private static String token(RSAKey key) {
        return JwtIssuer.token(JWSAlgorithm.RS256, key, JwtIssuer.claims());
    }

    private static final class Displacements extends DisplacementServiceImplBase {

        @Override
        public void computeDisplacement(Displacement request, StreamObserver<DisplacementResponse> responses) {
            responses.onNext(DisplacementResponse.getDefaultInstance());
            responses.onCompleted();
        }
    }

    private final class Reports extends RequestStreamingImplBase {

        @Override
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
