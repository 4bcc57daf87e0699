package dev.waystate.security.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.waystate.NamedPipe;
import dev.waystate.Recorder;
import dev.waystate.ServerProcess;
import dev.waystate.TlsFiles;
import dev.waystate.ops.Client;
import dev.waystate.ops.Load;
import dev.waystate.proto.Data;
import dev.waystate.proto.Empty;
import dev.waystate.proto.RequestStreamingGrpc;
import dev.waystate.proto.Status;
import dev.waystate.security.tls.OpenSsl.PermissiveServer;
import io.grpc.ChannelCredentials;
import io.grpc.TlsChannelCredentials;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The TLS of a server that wants client certificates, and whose HTTP port uses the same bundle. */
@Timeout(120)
class TlsIT {

    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final int ROTATIONS = 10;

    @TempDir
    private static Path directory;

    private static TlsFiles authority;
    private static TlsFiles first;
    private static TlsFiles client;
    private static ServerProcess server;

    @BeforeAll
    static void startServer() throws Exception {
        authority = TlsFiles.authority(directory, "authority");
        // RSA, for which there are more weak ciphers than for other keys
        first = authority.issue("first", kind -> kind.rsa2048().addSanDnsName("localhost"));
        client = authority.issue("client");
        install(first);
        server = ServerProcess.start(
                directory,
                "--waystate.security.tls.bundle=port",
                "--waystate.security.tls.client-auth=required",
                "--server.ssl.bundle=port",
                "--spring.ssl.bundle.pem.port.keystore.certificate=" + live(".pem"),
                "--spring.ssl.bundle.pem.port.keystore.private-key=" + live(".key"),
                "--spring.ssl.bundle.pem.port.truststore.certificate=" + authority.certificate(),
                "--spring.ssl.bundle.watch.file.quiet-period=100ms",
                "--management.endpoint.health.show-details=always");
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @BeforeEach
    void useTheFirstCertificate() throws Exception {
        install(first);
        awaitSerialNumber(first);
    }

    @Test
    void weakOrUnknownClientsAreNotServed() throws Exception {
        assumeTrue(OpenSsl.isInstalled(), "openssl is not installed");
        TlsFiles foreignAuthority = TlsFiles.authority(directory, "foreign-authority");
        TlsFiles expired = authority.issue("expired", TlsFiles::expired);
        TlsFiles foreign = foreignAuthority.issue("foreign");
        TlsFiles selfSigned = TlsFiles.selfSigned(directory, "self-signed");

        Map<String, String[]> attempts = new LinkedHashMap<>();
        attempts.put("TLS 1.0", h2(client, "-tls1", "-cipher", "ALL:@SECLEVEL=0"));
        attempts.put("TLS 1.1", h2(client, "-tls1_1", "-cipher", "ALL:@SECLEVEL=0"));
        for (String cipher : List.of(
                "AES128-SHA",
                "AES128-SHA256",
                "AES128-GCM-SHA256", // AEAD, but whoever gets the key can read what was sent before
                "ECDHE-RSA-AES128-SHA",
                "ECDHE-RSA-AES256-SHA384",
                "DHE-RSA-AES128-SHA256",
                "ADH-AES128-SHA256",
                "NULL-SHA256")) {
            attempts.put(cipher, h2(client, "-tls1_2", "-cipher", cipher + ":@SECLEVEL=0"));
        }
        attempts.put("no ALPN", identity(client));
        attempts.put("another ALPN", identity(client, "-alpn", "http/1.1"));
        attempts.put("no ALPN, TLS 1.2", identity(client, "-tls1_2"));
        attempts.put("no certificate", new String[] {"-alpn", "h2"});
        attempts.put("no certificate, TLS 1.2", new String[] {"-alpn", "h2", "-tls1_2"});
        attempts.put("expired certificate", h2(expired));
        attempts.put("certificate of a foreign authority", h2(foreign));
        attempts.put("self-signed certificate", h2(selfSigned));

        List<String> served = new ArrayList<>();
        List<String> notOffered = new ArrayList<>();
        try (PermissiveServer permissive = new PermissiveServer(first)) {
            for (Map.Entry<String, String[]> attempt : attempts.entrySet()) {
                if (OpenSsl.isServed(server.grpcPort(), authority, attempt.getValue())) {
                    served.add(attempt.getKey());
                }
                if (!OpenSsl.isServed(permissive.port(), authority, attempt.getValue())) {
                    notOffered.add(attempt.getKey());
                }
            }
        }

        assertThat(served).isEmpty();
        assertThat(notOffered).as("what openssl has refused by itself").isEmpty();
        assertThat(OpenSsl.isServed(server.grpcPort(), authority, h2(client))).isTrue();
        assertThat(OpenSsl.isServed(server.grpcPort(), authority, h2(client, "-tls1_2")))
                .isTrue();
        assertNoStackTrace();
    }

    @Test
    void clientThatAsksForNewKeysWithinAConnectionIsCutOff() throws Exception {
        TlsClient renegotiating = TlsClient.of(authority, client);
        assertThatThrownBy(() -> renegotiating.renegotiate(server.grpcPort()))
                .isInstanceOf(SSLException.class)
                .hasMessageContaining("alert");
        assertThat(server.output()).noneMatch(line -> line.startsWith("\tat "));
    }

    @Test
    void rotationsLoseNoCallAndEveryNewConnectionSeesTheNewCertificate() throws Exception {
        TlsClient newcomer = TlsClient.of(authority, client);
        Recorder<Data, Empty> answer = new Recorder<>();
        try (Client loaded = Client.of(credentials(), server);
                Client streaming = Client.of(credentials(), server);
                Load load = Load.start(loaded);
                ConnectingLoad connecting = ConnectingLoad.start(server, credentials())) {
            StreamObserver<Data> stream =
                    RequestStreamingGrpc.newStub(streaming.channel()).streamState(answer);
            for (int i = 0; i < ROTATIONS; i++) {
                TlsFiles next = authority.issue("rotation-" + i);
                install(next);
                awaitSerialNumber(next);
                for (int j = 0; j < 3; j++) {
                    assertThat(newcomer.serialNumberSeen(server.grpcPort())).isEqualTo(next.serialNumber());
                }
                stream.onNext(Data.newBuilder().setStatus(Status.OK).build());
                load.awaitSucceeded(20);
                connecting.awaitSucceeded(2);
            }
            stream.onCompleted();

            assertThat(answer.awaitEnd().isOk()).isTrue();
            assertThat(load.finish()).isEmpty();
            assertThat(connecting.finish()).isEmpty();
        }
    }

    @Test
    void badSuccessorIsKeptOutAndToldAndAGoodOneHeals() throws Exception {
        TlsFiles other = authority.issue("other");
        TlsFiles expired = authority.issue("expired-server", kind -> TlsFiles.expired(kind.addSanDnsName("localhost")));
        double failures = metric("waystate_tls_reloads_total{result=\"failure\"");
        int linesBefore = server.output().size(); // other tests may have been seen between two files

        replace(live(".key"), Files.readString(other.key()));
        assertStays(linesBefore, "expected the private key of the certificate, but found that of another");
        replace(live(".key"), "-----BEGIN PRIVATE KEY-----\nc3dvcmRmaXNo\n-----END PRIVATE KEY-----\n");
        assertStays(linesBefore, "cannot be read: ");
        Files.delete(live(".key"));
        assertStays(linesBefore, "spring.ssl.bundle.pem.port.keystore.private-key: expected a file that can be read");
        install(expired);
        assertStays(linesBefore, "expected a certificate that is valid now, but it is from ");
        assertThat(metric("waystate_tls_reloads_total{result=\"failure\""))
                .as("each is counted once, and the states between two files at most once more")
                .isBetween(failures + 4, failures + 8);
        assertThat(get("/actuator/health/readiness")).contains("\"status\":\"UP\"");

        int linesBeforePipe = server.output().size();
        Path pipe = NamedPipe.make(directory.resolve("pipe"));
        Files.move(pipe, live(".key"), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        assertStays(
                linesBeforePipe, "spring.ssl.bundle.pem.port.keystore.private-key: expected a file that can be read");

        double successes = metric("waystate_tls_reloads_total{result=\"success\"");
        install(other);
        awaitSerialNumber(other);
        await().atMost(TIMEOUT)
                .untilAsserted(() -> assertThat(get("/actuator/health")).doesNotContain("reloadProblem"));
        assertThat(metric("waystate_tls_reloads_total{result=\"success\"")).isEqualTo(successes + 1);
        assertThat(get("/actuator/prometheus"))
                .as("Boot's metric of what expires when follows")
                .containsPattern("ssl_chain_expiry_seconds\\{bundle=\"port\",certificate=\"" + other.serialNumber());
        assertThat(server.output()).noneMatch(line -> line.contains("c3dvcmRmaXNo") || line.contains("PRIVATE KEY"));
        assertNoStackTrace();
    }

    @Test
    void httpPortFollowsTheSameBundle() throws Exception {
        TlsFiles next = authority.issue("next");
        TlsClient browser = TlsClient.of(authority, null);
        install(next);
        await().atMost(TIMEOUT)
                .untilAsserted(() ->
                        assertThat(browser.serialNumberOf(server.httpPort())).isEqualTo(next.serialNumber()));
    }

    @Test
    void clientWithoutTlsIsTurnedAwayWithoutAStackTrace() throws Exception {
        try (Client plaintext = Client.of(server)) {
            assertThat(catchStatus(plaintext)).isEqualTo(io.grpc.Status.Code.UNAVAILABLE);
        }
        try (Socket garbage = new Socket("localhost", server.grpcPort())) {
            garbage.setSoTimeout((int) TIMEOUT.toMillis());
            garbage.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes());
            garbage.getInputStream().readAllBytes();
        }
        try (Client trusted = Client.of(credentials(), server)) {
            assertThat(trusted.displacement()).isEqualTo(12.165525f);
        }
        assertNoStackTrace();
    }

    private static io.grpc.Status.Code catchStatus(Client client) {
        try {
            client.displacement();
            return io.grpc.Status.Code.OK;
        } catch (io.grpc.StatusRuntimeException refused) {
            return refused.getStatus().getCode();
        }
    }

    /**
     * Waits until the health detail tells of the problem, and the log once behind so many lines; new connections get
     * the first certificate.
     */
    private static void assertStays(int linesBefore, String problem) throws Exception {
        await().atMost(TIMEOUT)
                .untilAsserted(() -> assertThat(get("/actuator/health"))
                        .contains("\"reloadProblem\":\"spring.ssl.bundle")
                        .contains(problem));
        await().atMost(TIMEOUT)
                .untilAsserted(() -> assertThat(server.output().stream().skip(linesBefore))
                        .filteredOn(
                                line -> line.contains("New connections still get the certificate with serial number "
                                                + first.serialNumber())
                                        && line.contains(problem))
                        .hasSize(1));
        assertThat(TlsClient.of(authority, client).serialNumberSeen(server.grpcPort()))
                .isEqualTo(first.serialNumber());
        try (Client good = Client.of(credentials(), server)) {
            assertThat(good.displacement()).isEqualTo(12.165525f);
        }
    }

    private static void awaitSerialNumber(TlsFiles expected) throws Exception {
        TlsClient newcomer = TlsClient.of(authority, client);
        await().atMost(TIMEOUT)
                .pollInterval(Duration.ofMillis(50))
                .untilAsserted(() ->
                        assertThat(newcomer.serialNumberSeen(server.grpcPort())).isEqualTo(expected.serialNumber()));
    }

    private static void assertNoStackTrace() {
        assertThat(server.output()).noneMatch(line -> line.startsWith("\tat ") || line.startsWith("Caused by"));
    }

    private static String[] h2(TlsFiles identity, String... options) {
        List<String> all = new ArrayList<>(List.of("-alpn", "h2"));
        all.addAll(List.of(options));
        return identity(identity, all.toArray(String[]::new));
    }

    private static String[] identity(TlsFiles identity, String... options) {
        List<String> all =
                new ArrayList<>(List.of("-cert", identity.certificate().toString()));
        all.addAll(List.of("-key", identity.key().toString()));
        all.addAll(List.of(options));
        return all.toArray(String[]::new);
    }

    private static ChannelCredentials credentials() throws IOException {
        return TlsChannelCredentials.newBuilder()
                .trustManager(authority.certificate().toFile())
                .keyManager(client.certificate().toFile(), client.key().toFile())
                .build();
    }

    private static Path live(String suffix) {
        return directory.resolve("live" + suffix);
    }

    private static void install(TlsFiles files) throws IOException {
        replace(live(".key"), Files.readString(files.key()));
        replace(live(".pem"), Files.readString(files.certificate()));
    }

    private static void replace(Path file, String content) throws IOException {
        Path next = Files.writeString(directory.resolve("next"), content);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static double metric(String name) throws Exception {
        return get("/actuator/prometheus")
                .lines()
                .filter(line -> line.startsWith(name))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    private static String get(String path) throws Exception {
        return HttpClient.newBuilder()
                .sslContext(TlsClient.of(authority, null).context())
                .build()
                .send(
                        HttpRequest.newBuilder(URI.create("https://localhost:" + server.httpPort() + path))
                                .timeout(TIMEOUT)
                                .build(),
                        BodyHandlers.ofString())
                .body();
    }
}
