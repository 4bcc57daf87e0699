package dev.waystate.security.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

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
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.TlsServerCredentials.ClientAuth;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.net.URISyntaxException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Callers that TLS has found a certificate of. */
@Timeout(60)
class ClientCertificateIT {

    private static final String TOKEN = "token-0123456789";
    private static final X509Bundle AUTHORITY = authority();

    private final DenialReporter refusals = new DenialReporter(new SimpleMeterRegistry());
    private final LiveStreams streams = new LiveStreams(refusals);
    private final Scheduler scheduler = Credentials.scheduler();
    private final List<ManagedChannel> channels = new ArrayList<>();
    private Server server;

    @BeforeEach
    void start() throws Exception {
        ConfiguredCallers callers = new ConfiguredCallers(
                new CallersProperties(List.of(
                        entry("dns", List.of(), "robot.example"),
                        entry("uri", List.of(), "spiffe://fields.example/robot"),
                        entry("common", List.of(), "Robot 7"),
                        entry("token", List.of(TokenHash.valueOf(TOKEN)), null))),
                scheduler);
        AccessControl gate = new AccessControl(new Authenticator(callers, Credentials.NO_ISSUER), refusals, streams);
        X509Bundle certificate = builder("localhost").addSanDnsName("localhost").buildIssuedBy(AUTHORITY);
        server = Grpc.newServerBuilderForPort(
                        0,
                        TlsServerCredentials.newBuilder()
                                .keyManager(certificate.toKeyManagerFactory().getKeyManagers())
                                .trustManager(AUTHORITY.toTrustManager())
                                .clientAuth(ClientAuth.OPTIONAL)
                                .build())
                .addService(GatedServices.gated(new Names(), gate))
                .addService(GatedServices.gated(new Streams(), gate))
                .build()
                .start();
    }

    @AfterEach
    void stop() throws InterruptedException {
        for (ManagedChannel channel : channels) {
            channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        }
        server.shutdownNow();
        streams.close();
        scheduler.close();
    }

    static Stream<Arguments> known() throws URISyntaxException {
        return Stream.of(
                Arguments.of("dns", builder("x").addSanDnsName("robot.example")),
                Arguments.of("dns", builder("x").addSanDnsName("other.example").addSanDnsName("robot.example")),
                Arguments.of("uri", builder("x").addSanUriName("spiffe://fields.example/robot")),
                Arguments.of("common", builder("Robot 7")));
    }

    @ParameterizedTest
    @MethodSource("known")
    void aCertificateIsKnownByItsNames(String caller, CertificateBuilder certificate) throws Exception {
        Channel channel = connect(certificate.buildIssuedBy(AUTHORITY));
        assertThat(name(channel)).isEqualTo(caller);
        assertThat(name(channel)).isEqualTo(caller); // and when it has been read before
    }

    static Stream<Arguments> unknown() {
        return Stream.of(
                Arguments.of(builder("x")),
                Arguments.of(builder("robot.example.other")),
                Arguments.of(builder("x").addSanDnsName("other.example")),
                // The common name of one that is for a DNS name may be anything.
                Arguments.of(builder("Robot 7").addSanDnsName("other.example")));
    }

    @ParameterizedTest
    @MethodSource("unknown")
    void aGenuineCertificateOfNobodyIsRefusedLikeAnyOther(CertificateBuilder certificate) throws Exception {
        assertRefused(connect(certificate.buildIssuedBy(AUTHORITY)));
    }

    @Test
    void withoutACertificateTheCallIsRefused() throws Exception {
        assertRefused(connect(null));
    }

    @Test
    void aTokenGoesBeforeTheCertificate() throws Exception {
        Channel channel = connect(builder("Robot 7").buildIssuedBy(AUTHORITY));
        assertThat(name(ClientInterceptors.intercept(channel, Credentials.bearer(TOKEN))))
                .isEqualTo("token");
        assertRefused(ClientInterceptors.intercept(channel, Credentials.bearer(TOKEN + "0")));
        assertThat(name(channel)).isEqualTo("common");
    }

    @Test
    void aStreamEndsWithItsCertificateAndOneWhoseCertificateIsValidGoesOn() throws Exception {
        Instant end = Instant.now().truncatedTo(ChronoUnit.SECONDS).plusSeconds(3);
        Recorder<Data, Empty> ending = stream(builder("Robot 7").notAfter(end));
        Recorder<Data, Empty> lasting = stream(builder("Robot 7"));

        assertThat(ending.awaitEnd().getCode()).isEqualTo(Code.UNAUTHENTICATED);
        assertThat(Instant.now()).isBetween(end, end.plusMillis(1_800));
        assertThat(lasting.hasEnded()).isFalse();
        lasting.cancel();
    }

    private Recorder<Data, Empty> stream(CertificateBuilder certificate) throws Exception {
        Recorder<Data, Empty> recorder = new Recorder<>();
        RequestStreamingGrpc.newStub(connect(certificate.buildIssuedBy(AUTHORITY)))
                .streamState(recorder)
                .onNext(Data.getDefaultInstance());
        return recorder;
    }

    private static void assertRefused(Channel channel) {
        StatusRuntimeException refused = catchThrowableOfType(StatusRuntimeException.class, () -> name(channel));
        assertThat(refused.getStatus().getCode()).isEqualTo(Code.UNAUTHENTICATED);
        assertThat(refused.getStatus().getDescription()).isEqualTo("Expected a credential that is valid here");
    }

    /** Returns the name by which the server knows the caller. */
    private static String name(Channel channel) {
        float length = DisplacementServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .computeDisplacement(Displacement.getDefaultInstance())
                .getDistance();
        return Names.KNOWN.get((int) length);
    }

    private Channel connect(@Nullable X509Bundle certificate) throws Exception {
        TlsChannelCredentials.Builder credentials =
                TlsChannelCredentials.newBuilder().trustManager(AUTHORITY.toTrustManager());
        if (certificate != null) {
            credentials.keyManager(certificate.toKeyManagerFactory().getKeyManagers());
        }
        ManagedChannel channel = Grpc.newChannelBuilder("localhost:" + server.getPort(), credentials.build())
                .build();
        channels.add(channel);
        return channel;
    }

    private static CallersProperties.Entry entry(String name, List<TokenHash> tokens, @Nullable String certificate) {
        return new CallersProperties.Entry(
                name, tokens, null, certificate, List.of("displacement:compute", "state:write"), List.of());
    }

    private static CertificateBuilder builder(String name) {
        return new CertificateBuilder()
                .subject("CN=" + name + ",O=Farm")
                .ecp256()
                .notBefore(Instant.now().minus(Duration.ofDays(1)));
    }

    private static X509Bundle authority() {
        try {
            return builder("authority").setIsCertificateAuthority(true).buildSelfSigned();
        } catch (Exception impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** Answers the number of the caller's name. */
    private static final class Names extends DisplacementServiceImplBase {

        static final List<String> KNOWN = List.of("dns", "uri", "common", "token");

        @Override
        @RequiresPermission(Permission.DISPLACEMENT_COMPUTE)
        public void computeDisplacement(Displacement request, StreamObserver<DisplacementResponse> responses) {
            int number = KNOWN.indexOf(Caller.current().orElseThrow().name());
            responses.onNext(
                    DisplacementResponse.newBuilder().setDistance(number).build());
            responses.onCompleted();
        }
    }

    private static final class Streams extends RequestStreamingImplBase {

        @Override
        @RequiresPermission(Permission.STATE_WRITE)
        public StreamObserver<Data> streamState(StreamObserver<Empty> responses) {
            return new Recorder<>();
        }
    }
}
