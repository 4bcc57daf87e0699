package dev.waystate.server.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import dev.waystate.Recorder;
import dev.waystate.ServerProcess;
import dev.waystate.ops.Client;
import dev.waystate.proto.Data;
import dev.waystate.proto.Displacement;
import dev.waystate.proto.DisplacementResponse;
import dev.waystate.proto.DisplacementServiceGrpc;
import dev.waystate.proto.Empty;
import dev.waystate.proto.Point;
import dev.waystate.proto.RequestStreamingGrpc;
import dev.waystate.proto.Status;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.stub.AbstractStub;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** The lines of calls in both structured formats, behind the queues of a real server. */
@Timeout(60)
@TestMethodOrder(OrderAnnotation.class)
class AccessLogIT {

    private static final Duration SOON = Duration.ofSeconds(10);
    private static final String TOKEN = "a-token-of-a-farm-1234";
    private static final String LOGGER = "dev.waystate.access";
    private static final String CALLER = "WAYSTATE_SECURITY_CALLERS_0_";
    private static final String TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736";

    @TempDir
    static Path directory;

    private static ServerProcess server;
    private static Client client;

    @BeforeAll
    static void start() throws IOException {
        server = ServerProcess.startUnder(
                List.of(
                        "env",
                        CALLER + "NAME=farm",
                        CALLER + "TOKENS=" + TOKEN,
                        CALLER + "PERMISSIONS=displacement:compute,state:write"),
                directory,
                "--logging.file.name=" + file(),
                "--logging.structured.format.file=logstash",
                "--logging.structured.format.console=ecs");
        client = Client.of(server);
    }

    @AfterAll
    static void stop() throws InterruptedException {
        client.close();
        server.close();
    }

    @Test
    void aUnaryCallHasEachFieldInBothFormats() {
        with(
                        DisplacementServiceGrpc.newBlockingStub(client.channel()),
                        "unary-1",
                        Map.of(
                                "traceparent",
                                "00-" + TRACE_ID + "-00f067aa0ba902b7-01",
                                HttpOrigin.ENTRY.name(), // which is believed of the process alone
                                "192.0.2.7:1"))
                .withDeadlineAfter(30, TimeUnit.SECONDS)
                .computeDisplacement(Displacement.newBuilder()
                        .setEnd(Point.newBuilder().setX(3).setY(4))
                        .build());

        assertThat(both("unary-1")).allSatisfy(call -> {
            assertThat(call)
                    .containsEntry("method", "my_package.DisplacementService/computeDisplacement")
                    .containsEntry("type", "unary")
                    .containsEntry("code", "OK")
                    .containsEntry("caller", "farm")
                    .containsEntry("messages_in", 1)
                    .containsEntry("bytes_in", 6)
                    .containsEntry("messages_out", 1)
                    .containsEntry("bytes_out", 5)
                    .containsEntry("trace_id", TRACE_ID)
                    .doesNotContainKey("source");
            assertThat((String) call.get("peer")).matches("127\\.0\\.0\\.1:\\d+");
            assertThat((Double) call.get("duration_ms")).isBetween(0.001, 30_000.0);
            assertThat((Integer) call.get("deadline_ms")).isBetween(15_000, 30_000);
        });
    }

    @Test
    void aCallOverHttpHasTheBytesOfTheHttpAnswer() throws Exception {
        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://localhost:" + server.httpPort()
                                        + "/api/displacement?start=0,0&end=3,4"))
                                .headers("Authorization", "Bearer " + TOKEN, "X-Request-Id", "http-1")
                                .build(),
                        BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(both("http-1"))
                .allSatisfy(call -> assertThat(call)
                        .containsEntry("method", "my_package.DisplacementService/computeDisplacement")
                        .containsEntry("caller", "farm")
                        .containsEntry("messages_out", 1)
                        .containsEntry("bytes_out", answer.body().length()));
    }

    @Test
    void aStreamHasALineAtItsEndWithItsSourceAndAllThatItBrought() {
        Recorder<Data, Empty> recorder = new Recorder<>();
        StreamObserver<Data> requests = with(
                        RequestStreamingGrpc.newStub(client.channel()), "stream-1", Map.of("waystate-source", "cow-7"))
                .streamState(recorder);
        for (int i = 0; i < 3; i++) {
            requests.onNext(
                    Data.newBuilder().setStatus(Status.TIRED).setInfo("i").build());
        }
        assertThat(server.output()).noneMatch(line -> line.contains("stream-1"));
        requests.onCompleted();
        recorder.awaitEnd();

        assertThat(both("stream-1"))
                .allSatisfy(call -> assertThat(call)
                        .containsEntry("method", "my_package.RequestStreaming/stream_state")
                        .containsEntry("type", "client_streaming")
                        .containsEntry("code", "OK")
                        .containsEntry("source", "cow-7")
                        .containsEntry("messages_in", 3)
                        .containsEntry("bytes_in", 15)
                        .containsEntry("messages_out", 1)
                        .doesNotContainKeys("deadline_ms", "trace_id"));
    }

    @Test
    void aRefusedCallHasALineWithItsCode() {
        Metadata headers = new Metadata();
        headers.put(RequestId.ENTRY, "refused-1");
        assertThatThrownBy(() -> DisplacementServiceGrpc.newBlockingStub(client.channel())
                        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                        .withDeadlineAfter(5, TimeUnit.SECONDS)
                        .computeDisplacement(Displacement.getDefaultInstance()))
                .isInstanceOf(StatusRuntimeException.class);
        assertThat(both("refused-1"))
                .allSatisfy(call -> assertThat(call)
                        .containsEntry("code", "UNAUTHENTICATED")
                        .doesNotContainKey("caller"));
    }

    @Test
    void healthHasNone() {
        assertThat(client.health("")).isEqualTo(ServingStatus.SERVING);
        displace("after-health");
        both("after-health");
        assertThat(server.output()).noneMatch(line -> line.contains(LOGGER) && line.contains("grpc.health"));
    }

    @Test
    @Order(Integer.MAX_VALUE) // or others would have no line in that second
    void callsThatAreTooManyAreCounted() {
        long before = lines().count();
        int calls = 1_000;
        List<ListenableFuture<DisplacementResponse>> answers = IntStream.range(0, calls)
                .mapToObj(i -> with(DisplacementServiceGrpc.newFutureStub(client.channel()), "many-" + i, Map.of())
                        .withDeadlineAfter(30, TimeUnit.SECONDS)
                        .computeDisplacement(Displacement.getDefaultInstance()))
                .toList();
        Futures.getUnchecked(Futures.allAsList(answers));
        // The next second has room again, and its first line the number.
        await().atMost(SOON).until(() -> {
            displace("another");
            return lines().skip(before).anyMatch(call -> call.containsKey("left_out"));
        });
        assertThat(lines().skip(before)
                        .filter(call -> call.get("request_id").toString().startsWith("many-")))
                .hasSizeLessThan(calls);
    }

    /** Returns a call's fields from the console and from the file. */
    private static List<Map<String, Object>> both(String requestId) {
        return List.of(awaitCall(requestId, AccessLogIT::lines), awaitCall(requestId, AccessLogIT::fileLines));
    }

    private static Map<String, Object> awaitCall(String requestId, Supplier<Stream<Map<String, Object>>> calls) {
        return await().atMost(SOON)
                .until(
                        () -> calls.get()
                                .filter(call -> requestId.equals(call.get("request_id")))
                                .findFirst()
                                .orElse(Map.of()),
                        call -> !call.isEmpty());
    }

    /** Reads the console, where the fields are in an object. */
    private static Stream<Map<String, Object>> lines() {
        return server.output().stream().filter(line -> line.contains(LOGGER)).map(line -> json(line, "call"));
    }

    /** Reads the file, where the fields' names have a prefix. */
    private static Stream<Map<String, Object>> fileLines() {
        try {
            return Files.readAllLines(file()).stream()
                    .filter(line -> line.contains(LOGGER))
                    .map(AccessLogIT::json)
                    .map(fields -> fields.entrySet().stream()
                            .filter(field -> field.getKey().startsWith("call."))
                            .collect(Collectors.toMap(
                                    field -> field.getKey().substring("call.".length()), Map.Entry::getValue)));
        } catch (IOException problem) {
            throw new UncheckedIOException(problem);
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> json(String line, String member) {
        return (Map<String, Object>) json(line).get(member);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> json(String line) {
        return JsonMapper.builder().build().readValue(line, Map.class);
    }

    private static Path file() {
        return directory.resolve("app.log");
    }

    private static void displace(String requestId) {
        with(DisplacementServiceGrpc.newBlockingStub(client.channel()), requestId, Map.of())
                .withDeadlineAfter(5, TimeUnit.SECONDS)
                .computeDisplacement(Displacement.getDefaultInstance());
    }

    private static <S extends AbstractStub<S>> S with(S stub, String requestId, Map<String, String> more) {
        Metadata headers = new Metadata();
        headers.put(key("authorization"), "Bearer " + TOKEN);
        headers.put(RequestId.ENTRY, requestId);
        more.forEach((name, value) -> {
            if (name.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
                headers.put(
                        Metadata.Key.of(name, Metadata.BINARY_BYTE_MARSHALLER),
                        value.getBytes(StandardCharsets.US_ASCII));
            } else {
                headers.put(key(name), value);
            }
        });
        return stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    private static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }
}
