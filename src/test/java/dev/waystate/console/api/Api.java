package dev.waystate.console.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waystate.Recorder;
import dev.waystate.proto.v1.AppendRequest;
import dev.waystate.proto.v1.AppendResponse;
import dev.waystate.proto.v1.Report;
import dev.waystate.proto.v1.StateLogServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Lazy;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A client of the HTTP port. */
@Lazy // until there is a port
class Api {

    static final JsonMapper JSON = JsonMapper.builder().build();

    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final HttpClient client = HttpClient.newHttpClient();
    private final ManagedChannel channel;
    private final int port;

    Api(ManagedChannel inProcessChannel, @Value("${local.server.port}") int port) {
        this.channel = inProcessChannel;
        this.port = port;
    }

    int port() {
        return port;
    }

    /** Stores reports of a source, from its first sequence on. */
    void append(String source, Report... reports) {
        Recorder<AppendRequest, AppendResponse> answers = new Recorder<>();
        StreamObserver<AppendRequest> call =
                StateLogServiceGrpc.newStub(channel).append(answers);
        call.onNext(AppendRequest.newBuilder()
                .setSource(source)
                .setFirstSequence(1)
                .addAllReports(List.of(reports))
                .build());
        call.onCompleted();
        assertThat(answers.awaitEnd()).isEqualTo(Status.OK);
    }

    HttpResponse<String> get(String pathAndQuery, String... headers) {
        return send("GET", pathAndQuery, headers);
    }

    HttpResponse<String> send(String method, String pathAndQuery, String... headers) {
        try {
            return client.send(
                    request(pathAndQuery, headers)
                            .method(method, HttpRequest.BodyPublishers.noBody())
                            .build(),
                    BodyHandlers.ofString());
        } catch (IOException | InterruptedException problem) {
            throw new AssertionError(problem);
        }
    }

    /** Returns the body as it comes. */
    InputStream open(String pathAndQuery, String... headers) throws IOException, InterruptedException {
        return client.send(request(pathAndQuery, headers).build(), BodyHandlers.ofInputStream())
                .body();
    }

    private HttpRequest.Builder request(String pathAndQuery, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + pathAndQuery))
                .timeout(TIMEOUT);
        return headers.length == 0 ? request : request.headers(headers);
    }

    JsonNode json(String pathAndQuery, String... headers) {
        return JSON.readTree(get(pathAndQuery, headers).body());
    }

    /** Sends a request from one of this machine's addresses, and reads nothing. */
    Socket connect(String localAddress, String pathAndQuery, String... headerLines) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.setSoTimeout((int) TIMEOUT.toMillis());
        socket.bind(new java.net.InetSocketAddress(InetAddress.getByName(localAddress), 0));
        socket.connect(new java.net.InetSocketAddress(InetAddress.getByName("127.0.0.1"), port));
        String head = "GET " + pathAndQuery + " HTTP/1.1\r\nHost: localhost\r\n"
                + String.join(
                        "",
                        List.of(headerLines).stream().map(line -> line + "\r\n").toList()) + "\r\n";
        socket.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
        return socket;
    }
}
