package dev.waystate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.waystate.Recorder;
import dev.waystate.proto.Data;
import dev.waystate.proto.DisplacementServiceGrpc.DisplacementServiceImplBase;
import dev.waystate.proto.Empty;
import dev.waystate.proto.RequestStreamingGrpc.RequestStreamingImplBase;
import dev.waystate.proto.v1.ReadRequest;
import dev.waystate.proto.v1.ReadResponse;
import dev.waystate.proto.v1.StateLogServiceGrpc.StateLogServiceImplBase;
import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
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
    private static Server plainServer;
    private static Server tlsServer;

    @BeforeAll
    static void startServers() throws Exception {
        HEALTH.setStatus("tired", ServingStatus.NOT_SERVING);
        trusted = TlsFiles.create(directory, "trusted");
        other = TlsFiles.create(directory, "other");
        BindableService health = HEALTH.getHealthService();
        plainServer = NettyServerBuilder.forPort(0)
                .addService(health)
                .addService(new DisplacementServiceImplBase() {})
                .addService(new SilentReporting())
                .addService(new SilentLog())
                .intercept(new AuthorizationRecorder())
                .build()
                .start();
        tlsServer = NettyServerBuilder.forPort(0)
                .addService(health)
                .sslContext(trusted.serverContext())
                .build()
                .start();
    }

    @AfterAll
    static void stopServers() {
        plainServer.shutdownNow();
        tlsServer.shutdownNow();
    }

    @ParameterizedTest
    @ValueSource(strings = {"health", "displace 0,0 3,4", "report --status OK", "read", "sources", "summary"})
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
    @ValueSource(strings = {"health", "displace 0,0 3,4", "report --status OK"})
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

    @ParameterizedTest
    @ValueSource(strings = {"health", "displace 0,0 3,4"})
    void certificateWithoutKeyIsWrongUsage(String command) {
        CommandRun run = run(command, "--cert", trusted.certificate().toString());

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("both --cert and --key");
    }

    @Test
    void serviceThatDoesNotServeIsNoFailedCall() {
        CommandRun run = run("health tired", "--json", "--target", "localhost:" + plainServer.getPort());

        assertThat(run).isEqualTo(new CommandRun(1, "{\"status\":\"NOT_SERVING\"}" + System.lineSeparator(), ""));
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
        assertThat(run.err()).containsOnlyOnce("Warning: without TLS the token of --token-file travels unencrypted.");
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
    @ValueSource(strings = {"report --status OK", "read", "read --follow --retry-for 0s"})
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

    private static final class SilentLog extends StateLogServiceImplBase {

        @Override
        public void read(ReadRequest request, StreamObserver<ReadResponse> responses) {
            // for ever
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
