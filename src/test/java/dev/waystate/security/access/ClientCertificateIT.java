package dev.waystate.security.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waystate.Recorder;
import dev.waystate.TlsFiles;
import dev.waystate.proto.Data;
import dev.waystate.proto.Displacement;
import dev.waystate.proto.DisplacementResponse;
import dev.waystate.proto.DisplacementServiceGrpc;
import dev.waystate.proto.Empty;
import dev.waystate.proto.RequestStreamingGrpc;
import dev.waystate.statelog.StateLog;
import dev.waystate.statelog.StateRecord;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.TlsChannelCredentials;
import io.grpc.stub.StreamObserver;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import net.devh.boot.grpc.server.event.GrpcServerStartedEvent;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.event.EventListener;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** Callers that TLS has found a certificate of. */
@SpringBootTest(
        webEnvironment = WebEnvironment.NONE,
        properties = {
            "grpc.server.address=127.0.0.1",
            "grpc.server.port=0",
            "waystate.state-log.file=target/test-logs/${random.uuid}/waystate.db",
            "waystate.security.tls.bundle=port",
            "waystate.security.tls.client-auth=optional",
            "waystate.security.callers[0].name=dns",
            "waystate.security.callers[0].certificate=robot.example",
            "waystate.security.callers[0].permissions=state:write,displacement:compute",
            "waystate.security.callers[1].name=uri",
            "waystate.security.callers[1].certificate=spiffe://fields.example/robot",
            "waystate.security.callers[1].permissions=state:write",
            "waystate.security.callers[2].name=common",
            "waystate.security.callers[2].certificate=Robot 7",
            "waystate.security.callers[2].permissions=state:write",
            "waystate.security.callers[3].name=token",
            "waystate.security.callers[3].tokens=" + ClientCertificateIT.TOKEN,
            "waystate.security.callers[3].permissions=state:write"
        })
@DirtiesContext
@Timeout(60)
class ClientCertificateIT {

    static final String TOKEN = "token-0123456789";

    @TempDir
    static Path directory;

    private static TlsFiles authority;

    @TestConfiguration(proxyBeanMethods = false)
    static class Port {

        private int number;

        @EventListener
        void started(GrpcServerStartedEvent event) {
            number = event.getPort();
        }
    }

    @Autowired
    Port port;

    @Autowired
    StateLog stateLog;

    private final List<ManagedChannel> channels = new ArrayList<>();

    @DynamicPropertySource
    static void configure(DynamicPropertyRegistry properties) throws Exception {
        authority = TlsFiles.authority(directory, "authority");
        TlsFiles server = authority.issue("server");
        properties.add(
                "spring.ssl.bundle.pem.port.keystore.certificate",
                () -> server.certificate().toString());
        properties.add(
                "spring.ssl.bundle.pem.port.keystore.private-key",
                () -> server.key().toString());
        properties.add(
                "spring.ssl.bundle.pem.port.truststore.certificate",
                () -> authority.certificate().toString());
    }

    @AfterEach
    void disconnect() throws InterruptedException {
        for (ManagedChannel channel : channels) {
            channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        }
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
        Channel channel = connect(certificate);
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
        assertRefused(report(connect(certificate)));
    }

    @Test
    void withoutACertificateTheCallIsRefused() throws Exception {
        assertRefused(report(connect((X509Bundle) null)));
    }

    @Test
    void aTokenGoesBeforeTheCertificate() throws Exception {
        Channel channel = connect(builder("Robot 7"));
        assertThat(name(ClientInterceptors.intercept(channel, Credentials.bearer(TOKEN))))
                .isEqualTo("token");
        assertRefused(report(ClientInterceptors.intercept(channel, Credentials.bearer(TOKEN + "0"))));
        assertThat(name(channel)).isEqualTo("common");
    }

    @Test
    void aConnectionWhoseCertificateHasExpiredMakesNoMoreCallsAndItsStreamsEnd() throws Exception {
        Instant end = Instant.now().truncatedTo(ChronoUnit.SECONDS).plusSeconds(3);
        Channel ending = connect(robot().notAfter(end));
        Channel lasting = connect(robot());
        assertThat(compute(ending).isOk()).isTrue();
        Recorder<Data, Empty> endingStream = stream(ending);
        Recorder<Data, Empty> lastingStream = stream(lasting);

        assertRefused(endingStream.awaitEnd());
        assertThat(Instant.now()).isBetween(end, end.plusSeconds(5)); // a second, and more for a busy machine
        assertRefused(compute(ending));
        assertRefused(report(ending));

        assertThat(lastingStream.hasEnded()).isFalse(); // the control
        assertThat(compute(lasting).isOk()).isTrue();
        assertThat(report(lasting).isOk()).isTrue();
        lastingStream.cancel();
    }

    @Test
    void aCertificateExpiresWithTheAuthorityThatVouchesForIt() throws Exception {
        Instant end = Instant.now().truncatedTo(ChronoUnit.SECONDS).plusSeconds(3);
        X509Bundle intermediate = builder("intermediate")
                .setIsCertificateAuthority(true)
                .notAfter(end)
                .buildIssuedBy(authority.bundle());
        Channel channel = connect(robot().buildIssuedBy(intermediate));
        assertThat(compute(channel).isOk()).isTrue();
        await().atMost(10, TimeUnit.SECONDS).until(() -> !compute(channel).isOk());
        assertThat(Instant.now()).isAfter(end);
        assertRefused(compute(channel));
    }

    private static CertificateBuilder robot() {
        return builder("x").addSanDnsName("robot.example");
    }

    private static Recorder<Data, Empty> stream(Channel channel) {
        Recorder<Data, Empty> recorder = new Recorder<>();
        RequestStreamingGrpc.newStub(channel).streamState(recorder).onNext(Data.getDefaultInstance());
        return recorder;
    }

    private static Status compute(Channel channel) {
        Recorder<Displacement, DisplacementResponse> recorder = new Recorder<>();
        DisplacementServiceGrpc.newStub(channel)
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .computeDisplacement(Displacement.getDefaultInstance(), recorder);
        return recorder.awaitEnd();
    }

    /** Makes a short stream with one report. */
    private static Status report(Channel channel) {
        Recorder<Data, Empty> recorder = new Recorder<>();
        StreamObserver<Data> requests = RequestStreamingGrpc.newStub(channel).streamState(recorder);
        requests.onNext(Data.getDefaultInstance());
        requests.onCompleted();
        return recorder.awaitEnd();
    }

    private static void assertRefused(Status status) {
        assertThat(status.getCode()).isEqualTo(Code.UNAUTHENTICATED);
        assertThat(status.getDescription()).isEqualTo("Expected a credential that is valid here");
    }

    /** Returns the name by which the server knows the caller: that of the source of its reports. */
    private String name(Channel channel) {
        long before = stateLog.head();
        assertThat(report(channel).isOk()).isTrue();
        List<StateRecord> stored = stateLog.read(before, 1_000_000);
        assertThat(stored).hasSize(1);
        return stored.get(0).source();
    }

    private Channel connect(CertificateBuilder certificate) throws Exception {
        return connect(certificate.buildIssuedBy(authority.bundle()));
    }

    private Channel connect(@Nullable X509Bundle certificate) throws Exception {
        TlsChannelCredentials.Builder credentials = TlsChannelCredentials.newBuilder()
                .trustManager(authority.bundle().toTrustManager());
        if (certificate != null) {
            credentials.keyManager(certificate.toKeyManagerFactory().getKeyManagers());
        }
        ManagedChannel channel = Grpc.newChannelBuilder("localhost:" + port.number, credentials.build())
                .build();
        channels.add(channel);
        return channel;
    }

    private static CertificateBuilder builder(String name) {
        return new CertificateBuilder()
                .subject("CN=" + name + ",O=Farm")
                .ecp256()
                .notBefore(Instant.now().minus(Duration.ofDays(1)));
    }
}
