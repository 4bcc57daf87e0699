package dev.waystate.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import dev.waystate.Recorder;
import dev.waystate.ServerProcess;
import dev.waystate.TlsFiles;
import dev.waystate.cli.connection.HttpReadiness;
import dev.waystate.proto.Data;
import dev.waystate.proto.Displacement;
import dev.waystate.proto.DisplacementResponse;
import dev.waystate.proto.DisplacementServiceGrpc.DisplacementServiceImplBase;
import dev.waystate.proto.Empty;
import dev.waystate.proto.RequestStreamingGrpc.RequestStreamingImplBase;
import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.StreamObserver;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.pkitesting.CertificateBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the commands say of a connection that does not come about, or of how they are recognised over one that does. */
@Timeout(60)
class ConnectionProblemsIT {

    private static final int DEADLINE_EXCEEDED = 64 + 4;
    private static final int INTERNAL = 64 + 13;
    private static final int UNAVAILABLE = 64 + 14;
    private static final String SECRET = "a-secret-token";

    @TempDir
    private static Path directory;

    private static final HealthStatusManager HEALTH = new HealthStatusManager();
    private static final BlockingQueue<String> AUTHORIZATIONS = new LinkedBlockingQueue<>();
    private static TlsFiles trusted;
    private static TlsFiles other;
    private static TlsFiles client;
    private static Server plainServer;
    private static Server tlsServer;
    private static Server foreignServer;
    private static Server closedServer;

    @BeforeAll
    static void startServers() throws Exception {
        HEALTH.setStatus("tired", ServingStatus.NOT_SERVING);
        trusted = TlsFiles.authority(directory, "trusted");
        other = TlsFiles.authority(directory, "other");
        client = trusted.issue("client");
        BindableService health = HEALTH.getHealthService();
        plainServer = NettyServerBuilder.forPort(0)
                .addService(health)
                .addService(new DisplacementServiceImplBase() {})
                .addService(new SilentReporting())
                .intercept(new AuthorizationRecorder())
                .build()
                .start();
        tlsServer = startTls(trusted.issue("server"), ClientAuth.NONE);
        foreignServer =
                startTls(trusted.issue("foreign", kind -> kind.addSanDnsName("elsewhere.example")), ClientAuth.NONE);
        closedServer = startTls(trusted.issue("closed"), ClientAuth.REQUIRE);
    }

    private static Server startTls(TlsFiles identity, ClientAuth clientAuth) throws Exception {
        return NettyServerBuilder.forPort(0)
                .addService(HEALTH.getHealthService())
                .addService(new DisplacementServiceImplBase() {
                    @Override
                    public void computeDisplacement(
                            Displacement request, StreamObserver<DisplacementResponse> responses) {
                        responses.onNext(
                                DisplacementResponse.newBuilder().setDistance(5).build());
                        responses.onCompleted();
                    }
                })
                .sslContext(GrpcSslContexts.configure(
                                SslContextBuilder.forServer(identity.bundle().toKeyManagerFactory()), SslProvider.JDK)
                        .clientAuth(clientAuth)
                        .trustManager(trusted.bundle().toTrustManagerFactory())
                        .build())
                .build()
                .start();
    }

    @AfterAll
    static void stopServers() {
        plainServer.shutdownNow();
        tlsServer.shutdownNow();
        foreignServer.shutdownNow();
        closedServer.shutdownNow();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"health", "displace 0,0 3,4", "report --status OK", "read --retry-for 0s", "sources", "summary"})
    void deadServerIsToldWithWhatToDo(String command) throws IOException {
        CommandRun run = run(command, "--target", "localhost:" + closedPort());

        assertThat(run.exitCode()).isEqualTo(UNAVAILABLE);
        assertThat(run.err()).startsWith("Nothing answers at localhost:").hasLineCount(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"health", "displace 0,0 3,4", "report --status OK"})
    void stackTraceIsShownWhenAskedFor(String command) throws IOException {
        CommandRun run = run(command, "--verbose", "--target", "localhost:" + closedPort());

        assertThat(run.err()).startsWith("Nothing answers at localhost:").contains("\tat ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"health", "displace 0,0 3,4", "report --status OK"})
    void httpPortIsToldFromAGrpcOne(String command) throws IOException {
        HttpServer http = HttpServer.create(new InetSocketAddress("localhost", 0), 1);
        http.start();
        try {
            CommandRun run =
                    run(command, "--target", "localhost:" + http.getAddress().getPort());

            assertThat(run.exitCode()).isIn(INTERNAL, UNAVAILABLE); // as the reply strikes gRPC
            assertThat(run.err()).contains("does not speak gRPC").hasLineCount(1);
        } finally {
            http.stop(0);
        }
    }

    @ParameterizedTest
    @CsvSource({"200, 0, SERVING", "503, 1, NOT_SERVING"})
    void healthOverHttpIsThatOfTheReadiness(int httpStatus, int exitCode, String printed) throws IOException {
        HttpServer http = httpServer(httpStatus);
        try {
            CommandRun run = run(
                    "health", "--http", "http://localhost:" + http.getAddress().getPort() + "/ready");

            assertThat(run).isEqualTo(new CommandRun(exitCode, printed + System.lineSeparator(), ""));
        } finally {
            http.stop(0);
        }
    }

    /** The page itself answers with 200, whatever the readiness is. */
    @ParameterizedTest
    @ValueSource(strings = {"", "/"})
    void aUrlOfThePortAloneIsThatOfTheReadiness(String path) throws IOException {
        HttpServer http = httpServer(200);
        http.createContext("/actuator/health/readiness", exchange -> {
            exchange.sendResponseHeaders(503, -1);
            exchange.close();
        });
        try {
            CommandRun run = run(
                    "health", "--http", "http://localhost:" + http.getAddress().getPort() + path);

            assertThat(run).isEqualTo(new CommandRun(1, "NOT_SERVING" + System.lineSeparator(), ""));
        } finally {
            http.stop(0);
        }
    }

    /** As to the page where a proxy has people sign in. */
    @Test
    void aRedirectIsNoReadiness() throws IOException {
        HttpServer http = httpServer(200);
        http.createContext("/ready", exchange -> {
            exchange.getResponseHeaders().add("location", "/signin");
            exchange.sendResponseHeaders(302, -1);
            exchange.close();
        });
        try {
            CommandRun run = run(
                    "health", "--http", "http://localhost:" + http.getAddress().getPort() + "/ready");

            assertThat(run.exitCode()).isEqualTo(2);
            assertThat(run.err()).contains("but found HTTP 302").hasLineCount(1);
        } finally {
            http.stop(0);
        }
    }

    @Test
    void healthOverHttpTellsWhatStandsInItsWay() throws IOException {
        HttpServer http = httpServer(404);
        try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getByName("localhost"))) {
            String notFound = "http://localhost:" + http.getAddress().getPort();
            CommandRun wrong = run("health", "--http", notFound);
            CommandRun late =
                    run("health", "--timeout", "500ms", "--http", "http://localhost:" + silent.getLocalPort());
            CommandRun later =
                    run("health", "--timeout", "500us", "--http", "http://localhost:" + silent.getLocalPort());
            CommandRun patient = run("health", "--timeout", "30d", "--http", notFound);
            CommandRun dead = run("health", "--http", "http://localhost:" + closedPort());
            CommandRun noUrl = run("health", "--http", "localhost:8080");
            CommandRun noHost = run("health", "--http", "http:///ready");
            CommandRun both = run("health my.Service", "--http", notFound);
            CommandRun token = run("health --token-file nosuch", "--http", notFound);

            assertThat(List.of(wrong.exitCode(), late.exitCode(), dead.exitCode(), noUrl.exitCode(), both.exitCode()))
                    .containsExactly(2, DEADLINE_EXCEEDED, UNAVAILABLE, 2, 2);
            assertThat(token).isEqualTo(both);
            assertThat(wrong.err()).contains("HTTP 404").hasLineCount(1);
            assertThat(late.err()).contains("did not answer in time").hasLineCount(1);
            assertThat(later).isEqualTo(late);
            assertThat(patient).isEqualTo(wrong);
            assertThat(dead.err())
                    .startsWith("Nothing answers at http://localhost:")
                    .hasLineCount(1);
            assertThat(noUrl.err()).contains("Expected an http or https URL").hasLineCount(2);
            assertThat(noHost.err()).contains("Expected an http or https URL").hasLineCount(2);
            assertThat(both.err()).contains("either --http, or a service").hasLineCount(2);
        } finally {
            http.stop(0);
        }
    }

    @Test
    void localHttpPortIsThatOfTheEnvironment() {
        assertThat(HttpReadiness.localUrl(Map.of())).isEqualTo("http://localhost:8080/actuator/health/readiness");
        assertThat(HttpReadiness.localUrl(Map.of("SERVER_PORT", "81"))).contains("localhost:81/");
        assertThat(HttpReadiness.localUrl(Map.of("SERVER_PORT", "81", "MANAGEMENT_SERVER_PORT", "82")))
                .contains("localhost:82/");
    }

    @Test
    void adviceForAnHttpsUrlNamesNoOptionOfAGrpcConnection() {
        CommandRun untrusted = run("health", "--http", "https://localhost:" + tlsServer.getPort());
        CommandRun withoutTls = run("health", "--http", "https://localhost:" + plainServer.getPort());
        CommandRun unknown = run("health", "--http", "https://no-such-host.invalid");

        assertThat(untrusted.err())
                .contains("authority that is trusted here", "-Djavax.net.ssl.trustStore=", "WAYSTATE_JAVA_OPTIONS");
        assertThat(withoutTls.err()).contains("does not use TLS: begin the URL with http:");
        assertThat(unknown.err()).contains("is not known: check the name given with --http.");
        assertThat(List.of(untrusted, withoutTls, unknown))
                .allSatisfy(run -> assertThat(run.err())
                        .doesNotContain("--ca", "--tls", "--target")
                        .hasLineCount(1));
    }

    private static HttpServer httpServer(int status) throws IOException {
        HttpServer http = HttpServer.create(new InetSocketAddress("localhost", 0), 1);
        http.createContext("/", exchange -> {
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
        });
        http.start();
        return http;
    }

    @ParameterizedTest
    @ValueSource(strings = {"health", "displace 0,0 3,4", "report --status OK", "read --follow --retry-for 0s"})
    void serverThatNeverAnswersIsGivenUpInTime(String command) throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getByName("localhost"))) {
            CommandRun run = run(command, "--timeout", "500ms", "--target", "localhost:" + silent.getLocalPort());

            assertThat(run.exitCode()).isEqualTo(DEADLINE_EXCEEDED);
            assertThat(run.err()).contains("did not answer in time").contains("--timeout");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"health", "displace 0,0 3,4"})
    void tlsServerIsNotReachedInPlaintext(String command) {
        CommandRun run = run(command, "--target", "localhost:" + tlsServer.getPort());

        assertThat(run.exitCode()).isEqualTo(UNAVAILABLE);
        assertThat(run.err()).contains("does not speak gRPC without TLS").contains("use --tls");
    }

    @ParameterizedTest
    @ValueSource(strings = {"health", "displace 0,0 3,4"})
    void plaintextServerIsNotReachedOverTls(String command) {
        CommandRun run = run(command, "--tls", "--target", "localhost:" + plainServer.getPort());

        assertThat(run.exitCode()).isEqualTo(UNAVAILABLE);
        assertThat(run.err()).contains("does not use TLS").hasLineCount(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"health", "displace 0,0 3,4"})
    void untrustedAuthorityIsToldWithTheOption(String command) {
        String ca = other.certificate().toString();
        CommandRun run = run(command, "--ca", ca, "--target", "localhost:" + tlsServer.getPort());

        assertThat(run.exitCode()).isEqualTo(UNAVAILABLE);
        assertThat(run.err()).contains("not from an authority that is trusted").contains("--ca");
    }

    @Test
    void trustedAuthorityIsReachedOverTls() {
        String ca = trusted.certificate().toString();
        CommandRun run = run("health", "--ca", ca, "--target", "localhost:" + tlsServer.getPort());

        assertThat(run).isEqualTo(new CommandRun(0, "SERVING" + System.lineSeparator(), ""));
    }

    @Test
    void eachOfAListIsKnownByTheCertificateOfItsOwnName() throws Exception {
        Server byAddress =
                startTls(trusted.issue("by-address", kind -> kind.addSanIpAddress("127.0.0.1")), ClientAuth.NONE);
        try {
            String replicas = "localhost:" + closedPort() + ",127.0.0.1:" + byAddress.getPort();
            CommandRun run =
                    run("displace 0,0 3,4", "--ca", trusted.certificate().toString(), "--target", replicas);

            assertThat(run).isEqualTo(new CommandRun(0, "5" + System.lineSeparator(), ""));
        } finally {
            byAddress.shutdownNow();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"no_such_host:1,no_such_host_either:1", "dns:///no_such_host:1", "kuh-ä.invalid:1"})
    void hostsWithoutAnAddressAreTold(String target) {
        CommandRun run = run("summary", "--target", target);

        assertThat(run.exitCode()).isEqualTo(UNAVAILABLE);
        assertThat(run.err())
                .startsWith("The host of " + target + " is not known")
                .hasLineCount(1);
    }

    @Test
    void oneOfAListThatHasNoAddressIsLeftOut() {
        CommandRun run = run("health", "--target", "no_such_host:1,localhost:" + plainServer.getPort());

        assertThat(run).isEqualTo(new CommandRun(0, "SERVING" + System.lineSeparator(), ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"health", "displace 0,0 3,4"})
    void certificateWithoutKeyIsWrongUsage(String command) {
        CommandRun run = run(command, "--cert", trusted.certificate().toString());

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("both --cert and --key");
    }

    @ParameterizedTest
    @ValueSource(strings = {"health", "displace 0,0 3,4"})
    void clientCertificateOpensAServerThatWantsOne(String command) {
        assertThat(runTls(command, closedServer, client).exitCode()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"health", "displace 0,0 3,4"})
    void missingClientCertificateIsToldWithTheOptions(String command) {
        CommandRun run = run(command, "--ca", trusted.certificate().toString(), "--target", target(closedServer));

        assertThat(run.exitCode()).isEqualTo(UNAVAILABLE);
        assertThat(run.err())
                .contains("wants a client certificate")
                .contains("--cert and --key")
                .hasLineCount(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"health", "displace 0,0 3,4"})
    void clientCertificateThatTheServerDoesNotTrustIsTold(String command) throws Exception {
        CommandRun foreign = runTls(command, closedServer, other.issue("foreign-client"));
        CommandRun expired = runTls(command, closedServer, trusted.issue("expired-client", TlsFiles::expired));

        for (CommandRun run : List.of(foreign, expired)) {
            assertThat(run.exitCode()).isEqualTo(UNAVAILABLE);
            assertThat(run.err())
                    .contains("does not accept the certificate of --cert")
                    .hasLineCount(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"health", "displace 0,0 3,4"})
    void certificateForAnotherHostIsTold(String command) {
        CommandRun run = run(command, "--ca", trusted.certificate().toString(), "--target", target(foreignServer));

        assertThat(run.exitCode()).isEqualTo(UNAVAILABLE);
        assertThat(run.err()).contains("is for another host").hasLineCount(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"health", "displace 0,0 3,4"})
    void certificateThatHasExpiredIsToldFromOneThatIsNotTrusted(String command) throws Exception {
        Server expired = startTls(trusted.issue("expired", TlsFiles::expired), ClientAuth.NONE);
        try {
            CommandRun run = run(command, "--ca", trusted.certificate().toString(), "--target", target(expired));

            assertThat(run.exitCode()).isEqualTo(UNAVAILABLE);
            assertThat(run.err())
                    .contains("has expired")
                    .contains("the server needs another one")
                    .doesNotContain("--ca")
                    .hasLineCount(1);
        } finally {
            expired.shutdownNow();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "ecp256, BEGIN EC PRIVATE KEY",
        "rsa2048, BEGIN RSA PRIVATE KEY",
        "ed25519, BEGIN PRIVATE KEY",
        "ecp256, BEGIN PRIVATE KEY"
    })
    void keysOfEveryFormOpenAServerThatWantsACertificate(CertificateBuilder.Algorithm algorithm, String form)
            throws Exception {
        TlsFiles identity = trusted.issue("client-of-" + algorithm, kind -> kind.algorithm(algorithm));
        Path key = directory.resolve("form.key");
        String convert = "openssl pkey " + (form.equals("BEGIN PRIVATE KEY") ? "" : "-traditional ") + "-in "
                + identity.key() + " -out " + key;
        int converted =
                CommandRun.of(directory, "", List.of("sh", "-c", convert)).exitCode();
        assumeTrue(converted == 0, "Skipped: openssl is not on the PATH");
        assertThat(key).content().contains(form);

        for (String command : List.of("health", "displace 0,0 3,4")) {
            CommandRun run =
                    runTls(command, closedServer, new TlsFiles(identity.bundle(), identity.certificate(), key));
            assertThat(run.err()).isEmpty();
            assertThat(run.exitCode()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.1", "[::1]", "[::1%lo]", "[0:0:0:0:0:0:0:1]", "localhost"})
    void everyFormOfAnAddressIsReached(String host) throws IOException {
        assumeTrue(!host.startsWith("[") || InetAddress.getByName("::1").isReachable(1_000), "Skipped: no IPv6");

        CommandRun health = run("health", "--target", host + ":" + plainServer.getPort());
        CommandRun displace = run("displace 0,0 3,4", "--target", host + ":" + plainServer.getPort());

        assertThat(health).isEqualTo(new CommandRun(0, "SERVING" + System.lineSeparator(), ""));
        assertThat(displace.err()).startsWith("UNIMPLEMENTED: "); // of a service without methods
    }

    @Test
    void networkThatDoesNotLeadThereIsToldInTheWordsOfTheSystem() {
        CommandRun run = run("health", "--target", "255.255.255.255:1");

        assertThat(run.exitCode()).isEqualTo(UNAVAILABLE);
        assertThat(run.err())
                .startsWith("No connection to 255.255.255.255:1 (Network is unreachable")
                .hasLineCount(1);
    }

    @ParameterizedTest
    @CsvSource({"my_waystate, SERVING, ''", "no_such_host, '', The host of no_such_host:"})
    void nameWithAnUnderscoreIsLookedUp(String host, String out, String err) throws Exception {
        Path hosts = Files.writeString(directory.resolve("hosts"), "127.0.0.1 my_waystate\n");

        CommandRun run = runWithOptions("-Djdk.net.hosts.file=" + hosts, host + ":" + plainServer.getPort());

        assertThat(run.out()).startsWith(out);
        assertThat(run.err()).startsWith(err);
    }

    @Test
    void deadProxyIsToldFromADeadServer() throws Exception {
        int dead = closedPort();
        String proxy = "-Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort=" + dead;

        CommandRun run = runWithOptions(proxy, "waystate.example:50051");
        CommandRun passedBy = runWithOptions(proxy, "localhost:" + plainServer.getPort());

        assertThat(run.exitCode()).isEqualTo(UNAVAILABLE);
        assertThat(run.err())
                .startsWith("The proxy ")
                .contains("127.0.0.1:" + dead, "https.proxyHost", "-Dhttp.nonProxyHosts=HOST", "WAYSTATE_JAVA_OPTIONS");
        assertThat(passedBy.exitCode()).isZero();
    }

    /** Runs {@code health} in a process of its own, with options of the JVM. */
    private static CommandRun runWithOptions(String options, String target) throws Exception {
        List<String> words = ServerProcess.command("health", "--target", target);
        words.addAll(1, List.of(options.split(" ")));
        return CommandRun.of(directory, "", words);
    }

    @Test
    void portsOfOthersInTheEnvironmentAreToldByName() throws Exception {
        for (String variable : List.of("GRPC_SERVER_PORT=tcp://10.0.0.1:50051", "GRPC_SERVER_PORT=0")) {
            CommandRun run = runWith(variable, "summary");
            assertThat(run.exitCode()).isEqualTo(2);
            assertThat(run.err()).contains("GRPC_SERVER_PORT", "--target").hasLineCount(1);
        }
        CommandRun http = runWith("SERVER_PORT=tcp://10.0.0.1:8080", "health --http --json");
        assertThat(http.err())
                .contains("SERVER_PORT", "Kubernetes", ": name the HTTP port with --http=URL.")
                .hasLineCount(1);
        CommandRun right = runWith("GRPC_SERVER_PORT=" + plainServer.getPort(), "health");
        assertThat(right.exitCode()).as(right.err()).isZero();
    }

    @Test
    void environmentNamesTheServerAndTheTokenAndTheOptionsGoFirst() throws Exception {
        Path token = Files.writeString(directory.resolve("token-of-the-environment"), SECRET);
        AUTHORIZATIONS.clear();

        CommandRun run = runWith(
                "WAYSTATE_TARGET=localhost:" + plainServer.getPort() + " WAYSTATE_TOKEN_FILE=" + token, "health");
        CommandRun other = runWith(
                "WAYSTATE_TARGET=localhost:" + closedPort(), "health --target localhost:" + plainServer.getPort());
        CommandRun wrong = runWith("WAYSTATE_TARGET=nowhere", "health");

        assertThat(List.of(run.exitCode(), other.exitCode(), wrong.exitCode())).containsExactly(0, 0, 2);
        assertThat(AUTHORIZATIONS).containsExactly("Bearer " + SECRET);
        assertThat(wrong.err())
                .startsWith("WAYSTATE_TARGET: Expected HOST:PORT")
                .contains("nowhere")
                .doesNotContain("--target");
    }

    @Test
    void variableIsNamedWhenItsFileHasNoTokenAndCountsAsNotSetWhenItIsEmpty() throws Exception {
        Path empty = Files.createFile(directory.resolve("empty-token"));
        AUTHORIZATIONS.clear();

        CommandRun noToken = runWith("WAYSTATE_TOKEN_FILE=" + empty, "summary");
        CommandRun noFile = runWith("WAYSTATE_TOKEN_FILE=" + directory.resolve("none"), "summary");
        CommandRun emptyVariables =
                runWith("WAYSTATE_TARGET= WAYSTATE_TOKEN_FILE= GRPC_SERVER_PORT=" + plainServer.getPort(), "health");

        assertThat(List.of(noToken.exitCode(), noFile.exitCode())).containsExactly(2, 2);
        assertThat(noToken.err())
                .contains("in the file of WAYSTATE_TOKEN_FILE, " + empty + ", but it is empty.")
                .hasLineCount(1);
        assertThat(noFile.err())
                .contains("can be read for WAYSTATE_TOKEN_FILE, but found")
                .hasLineCount(1);
        assertThat(emptyVariables).isEqualTo(new CommandRun(0, "SERVING" + System.lineSeparator(), ""));
        assertThat(AUTHORIZATIONS).isEmpty();
    }

    @Test
    void filesAndPropertiesOfAServerAreNotThoseOfAClient() throws Exception {
        Path server = Files.createDirectories(directory.resolve("server"));
        Files.writeString(
                server.resolve("application.yml"),
                "grpc.client.waystate: {address: 'static://localhost:" + closedPort() + "', negotiation-type: tls}");
        String line = "cd " + server + " && GRPC_CLIENT_WAYSTATE_NEGOTIATIONTYPE=tls "
                + String.join(" ", ServerProcess.command("displace", "0,0", "3,4"));

        CommandRun run = CommandRun.of(
                directory,
                "",
                List.of(
                        "sh",
                        "-c",
                        "GRPC_SERVER_PORT=" + plainServer.getPort() + "; export GRPC_SERVER_PORT; " + line));

        assertThat(run.err()).startsWith("UNIMPLEMENTED: ");
    }

    private static CommandRun runWith(String environment, String command) throws Exception {
        List<String> words = ServerProcess.command(command.split(" "));
        words.addAll(0, List.of(("env " + environment).split(" ")));
        return CommandRun.of(directory, "", words);
    }

    @ParameterizedTest
    @ValueSource(strings = {"health", "displace 0,0 3,4"})
    void filesThatAreNotWhatTheyShouldBeAreWrongUsage(String command) throws Exception {
        String ca = trusted.certificate().toString();
        String cert = client.certificate().toString();
        String key = client.key().toString();
        String otherKey = other.issue("other-client").key().toString();
        String garbage =
                Files.writeString(directory.resolve("garbage.pem"), "swordfish").toString();
        String missing = directory.resolve("missing.pem").toString();

        assertWrong(command, "--ca", "--ca", missing);
        assertWrong(command, "--ca", "--ca", garbage);
        assertWrong(command, "--ca", "--ca", key);
        assertWrong(command, "--cert", "--ca", ca, "--cert", missing, "--key", key);
        assertWrong(command, "--cert", "--ca", ca, "--cert", garbage, "--key", key);
        assertWrong(command, "--key", "--ca", ca, "--cert", cert, "--key", missing);
        assertWrong(command, "--key", "--ca", ca, "--cert", cert, "--key", garbage);
        assertWrong(command, "--key", "--ca", ca, "--cert", cert, "--key", cert);
        assertWrong(command, "--key", "--ca", ca, "--cert", cert, "--key", otherKey);
    }

    @Test
    void certificateThatCannotBeReadIsToldFromAFileWithoutAny() throws Exception {
        String good = Files.readString(trusted.certificate());
        Path damaged = Files.writeString(directory.resolve("damaged.pem"), good + good.replaceFirst("MII", "AAA"));

        CommandRun run = run("health", "--ca", damaged.toString(), "--target", "localhost:" + closedServer.getPort());

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err())
                .contains("one in " + damaged + " cannot be read: ")
                .hasLineCount(1);
    }

    private static void assertWrong(String command, String option, String... options) {
        List<String> all = new ArrayList<>(List.of(options));
        all.addAll(List.of("--target", target(closedServer)));
        CommandRun run = run(command, all.toArray(String[]::new));
        assertThat(run.exitCode()).as(run.err()).isEqualTo(2);
        assertThat(run.err())
                .contains(option)
                .doesNotContain("swordfish", "BEGIN")
                .hasLineCount(1);
    }

    private static CommandRun runTls(String command, Server server, TlsFiles identity) {
        return run(
                command,
                "--ca",
                trusted.certificate().toString(),
                "--cert",
                identity.certificate().toString(),
                "--key",
                identity.key().toString(),
                "--target",
                target(server));
    }

    private static String target(Server server) {
        return "localhost:" + server.getPort();
    }

    @Test
    void serviceThatDoesNotServeIsNoFailedCall() {
        CommandRun run = run("health tired", "--json", "--target", "localhost:" + plainServer.getPort());

        assertThat(run).isEqualTo(new CommandRun(1, "{\"status\":\"NOT_SERVING\"}" + System.lineSeparator(), ""));
    }

    /** A reader that has gone excuses the output, and not what it would have said. */
    @Test
    void serviceThatDoesNotServeIsToldAlsoWhenNobodyReads() throws Exception {
        String health = String.join(
                " ", ServerProcess.command("health", "tired", "--target", "localhost:" + plainServer.getPort()));

        CommandRun run =
                CommandRun.of(directory, "", List.of("bash", "-c", "set -o pipefail; { " + health + "; } | true"));

        assertThat(run.exitCode()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"health", "displace 0,0 3,4"})
    void tokenIsSentAndNeverShown(String command) throws Exception {
        Path token = Files.writeString(directory.resolve("token"), SECRET + "\n");
        AUTHORIZATIONS.clear();

        CommandRun run = run(
                command,
                "--verbose",
                "--token-file",
                token.toString(),
                "--target",
                "localhost:" + plainServer.getPort());

        assertThat(AUTHORIZATIONS).containsExactly("Bearer " + SECRET);
        assertThat(run.out() + run.err()).doesNotContain(SECRET);
        assertThat(run.err()).containsOnlyOnce("Warning: without TLS the token travels unencrypted.");
    }

    @Test
    void tokenOverTlsIsNoReasonToWarn() throws IOException {
        Path token = Files.writeString(directory.resolve("tls-token"), SECRET);

        CommandRun run = run(
                "health",
                "--ca",
                trusted.certificate().toString(),
                "--token-file",
                token.toString(),
                "--target",
                "localhost:" + tlsServer.getPort());

        assertThat(run.err()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"report --status OK"})
    void streamThatStandsStillIsGivenUpInTime(String command) {
        CommandRun run = run(command, "--timeout", "2s", "--target", "localhost:" + plainServer.getPort());

        assertThat(run.exitCode()).isEqualTo(DEADLINE_EXCEEDED);
        assertThat(run.err()).contains("did not answer in time").contains("--timeout");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " \n", "two tokens"})
    void fileWithoutATokenIsWrongUsage(String content) throws IOException {
        Path token = Files.writeString(directory.resolve("no-token"), content);

        CommandRun run = run("displace 0,0 3,4", "--token-file", token.toString());

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("--token-file").hasLineCount(1);
    }

    private static CommandRun run(String command, String... options) {
        List<String> args = new ArrayList<>(List.of(command.split(" ")));
        args.addAll(List.of(options));
        return CommandRun.of(args.toArray(String[]::new));
    }

    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static final class SilentReporting extends RequestStreamingImplBase {

        @Override
        public StreamObserver<Data> streamState(StreamObserver<Empty> responses) {
            return new Recorder<>();
        }
    }

    private static final class AuthorizationRecorder implements ServerInterceptor {

        private static final Metadata.Key<String> AUTHORIZATION =
                Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

        @Override
        public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
                ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
            String authorization = headers.get(AUTHORIZATION);
            if (authorization != null) {
                AUTHORIZATIONS.add(authorization);
            }
            return next.startCall(call, headers);
        }
    }
}
