package dev.waystate.server.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.waystate.Recorder;
import dev.waystate.ServerProcess;
import dev.waystate.ops.Client;
import dev.waystate.proto.Displacement;
import dev.waystate.proto.DisplacementResponse;
import dev.waystate.proto.DisplacementServiceGrpc;
import dev.waystate.proto.v1.AppendRequest;
import dev.waystate.proto.v1.AppendResponse;
import dev.waystate.proto.v1.ListRecordsRequest;
import dev.waystate.proto.v1.ReadRequest;
import dev.waystate.proto.v1.Report;
import dev.waystate.proto.v1.StateLogServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.AbstractStub;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Span.SpanKind;
import io.opentelemetry.proto.trace.v1.Status.StatusCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The spans that a real server sends of its calls. */
@Timeout(60)
class TracesIT {

    private static final Duration SOON = Duration.ofSeconds(10);
    private static final String TRACE_STATE = "vendor=cow-7,other=1";
    private static final String SPAN_ID = "00f067aa0ba902b7";
    private static final String EXPORT = "--management.opentelemetry.tracing.export.";
    private static final String DISPLACEMENT = "my_package.DisplacementService/computeDisplacement";

    @TempDir
    static Path directory;

    private static final List<String> traceParents = new CopyOnWriteArrayList<>();

    private static SpanReceiver receiver;
    private static HttpServer issuer;
    private static ServerProcess server;
    private static Client client;

    private final String traceId =
            HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong())
                    + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());

    @BeforeAll
    static void start() throws Exception {
        receiver = new SpanReceiver();
        issuer = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        issuer.createContext("/keys", TracesIT::answerWithoutKeys);
        issuer.start();
        server = ServerProcess.start(
                directory,
                EXPORT + "otlp.endpoint=" + receiver.httpEndpoint(),
                EXPORT + "schedule-delay=50ms",
                "--management.tracing.sampling.probability=0", // only what a client traces
                "--waystate.limits.unary-deadline=3s");
        client = Client.of(server);
    }

    @AfterAll
    static void stop() throws Exception {
        client.close();
        server.close();
        receiver.close();
        issuer.stop(0);
    }

    @Test
    void aUnaryCallIsAChildOfItsClientsSpan() {
        displace(traced(traceId, true));
        Span span = awaitSpan(this::isInTrace);
        assertThat(hex(span.getParentSpanId())).isEqualTo(SPAN_ID);
        assertThat(span.getTraceState()).isEqualTo(TRACE_STATE);
        assertThat(span.getName()).isEqualTo(DISPLACEMENT);
        assertThat(span.getKind()).isEqualTo(SpanKind.SPAN_KIND_SERVER);
        assertThat(span.getStatus().getCode()).isEqualTo(StatusCode.STATUS_CODE_UNSET);
        assertThat(attributes(span))
                .contains(
                        entry("rpc.system.name", "grpc"),
                        entry("rpc.method", DISPLACEMENT),
                        entry("rpc.response.status_code", "OK"),
                        entry("network.peer.address", "127.0.0.1"),
                        entry("waystate.request_id", "traced"))
                .doesNotContainKey("error.type");
        assertThat(span.getEndTimeUnixNano()).isGreaterThan(span.getStartTimeUnixNano());
    }

    @Test
    void aCallThatItsClientDoesNotTraceIsNotTraced() {
        String untraced = "0af7651916cd43dd8448eb211c80319c";
        displace(traced(untraced, false));
        displace(new Metadata());
        displace(traced(traceId, true));
        awaitSpan(this::isInTrace); // behind which the others would be
        assertThat(receiver.spans()).noneMatch(span -> hex(span.getTraceId()).equals(untraced));
        assertThat(receiver.spans()).allMatch(span -> !span.getParentSpanId().isEmpty() || span.getLinksCount() > 0);
    }

    @Test
    void theClientsFaultIsNoError() {
        assertThatThrownBy(() -> with(StateLogServiceGrpc.newBlockingStub(client.channel()))
                        .listRecords(ListRecordsRequest.newBuilder()
                                .setSource("nobody")
                                .build()))
                .isInstanceOf(StatusRuntimeException.class);
        Span span = awaitSpan(this::isInTrace);
        assertThat(span.getStatus().getCode()).isEqualTo(StatusCode.STATUS_CODE_UNSET);
        assertThat(attributes(span))
                .containsEntry("rpc.response.status_code", "NOT_FOUND")
                .doesNotContainKey("error.type");
    }

    @Test
    void theServersFaultIsAnError() {
        MethodDescriptor<Displacement, DisplacementResponse> unfinished =
                DisplacementServiceGrpc.getComputeDisplacementMethod().toBuilder()
                        .setType(MethodType.CLIENT_STREAMING) // its headers leave without a message
                        .build();
        ClientCall<Displacement, DisplacementResponse> call = client.channel().newCall(unfinished, CallOptions.DEFAULT);
        call.start(new ClientCall.Listener<>() {}, traced(traceId, true));
        call.request(1); // the server's limit ends the call
        Span span = awaitSpan(this::isInTrace);
        assertThat(span.getStatus().getCode()).isEqualTo(StatusCode.STATUS_CODE_ERROR);
        assertThat(attributes(span))
                .contains(
                        entry("rpc.response.status_code", "DEADLINE_EXCEEDED"),
                        entry("error.type", "DEADLINE_EXCEEDED"));
    }

    @Test
    void eachBatchOfAStreamIsATraceOfItsOwnLinkedToTheClientsSpan() {
        Recorder<AppendRequest, AppendResponse> recorder = new Recorder<>();
        StreamObserver<AppendRequest> requests =
                with(StateLogServiceGrpc.newStub(client.channel())).append(recorder);
        for (int batch = 0; batch < 2; batch++) {
            requests.onNext(AppendRequest.newBuilder()
                    .setSource("cow-7")
                    .setFirstSequence(1 + 3 * batch)
                    .addAllReports(Collections.nCopies(3, Report.getDefaultInstance()))
                    .build());
            recorder.awaitResponse(batch + 1);
        }
        await().atMost(SOON)
                .until(() -> receiver.spans().stream().filter(this::isLinked).count() == 2);
        assertThat(receiver.spans().stream().filter(this::isLinked))
                .as("while the stream is open")
                .allSatisfy(span -> {
                    assertThat(hex(span.getTraceId())).isNotEqualTo(traceId);
                    assertThat(span.getLinks(0).getTraceState()).isEqualTo(TRACE_STATE);
                    assertThat(span.getParentSpanId()).isEmpty();
                    assertThat(span.getName()).isEqualTo("Append batch");
                    assertThat(attributes(span))
                            .contains(
                                    entry("rpc.method", "waystate.v1.StateLogService/Append"),
                                    entry("waystate.source", "cow-7"),
                                    entry("waystate.batch.size", "3"),
                                    entry("rpc.response.status_code", "OK"));
                });
        requests.onCompleted();
        recorder.awaitEnd();

        with(StateLogServiceGrpc.newBlockingStub(client.channel()))
                .read(ReadRequest.getDefaultInstance())
                .forEachRemaining(page -> {});
        awaitSpan(span -> isLinked(span) && span.getName().equals("Read page"));
    }

    @Test
    void theFetchOfKeysIsASpanThatTheIssuerIsToldAndSpansGoOverGrpcToo() throws Exception {
        try (ServerProcess other = ServerProcess.start(
                Files.createDirectory(directory.resolve("with-an-issuer")),
                ServerProcess.WITHOUT_HTTP,
                EXPORT + "otlp.endpoint=" + receiver.grpcEndpoint(),
                EXPORT + "otlp.transport=grpc",
                EXPORT + "schedule-delay=50ms",
                "--management.tracing.sampling.probability=1",
                "--waystate.security.jwt.issuer=https://login.example/",
                "--waystate.security.jwt.audience=waystate",
                "--waystate.security.jwt.jwks=http://127.0.0.1:"
                        + issuer.getAddress().getPort() + "/keys")) {
            Span span = awaitSpan(fetch -> fetch.getKind() == SpanKind.SPAN_KIND_CLIENT);
            assertThat(span.getName()).isEqualTo("GET");
            assertThat(attributes(span))
                    .contains(entry("http.response.status_code", "503"), entry("server.address", "127.0.0.1"));
            assertThat(traceParents)
                    .anyMatch(sent -> sent.startsWith("00-" + hex(span.getTraceId()) + "-" + hex(span.getSpanId())));
        }
    }

    private static void answerWithoutKeys(HttpExchange exchange) throws IOException {
        try (exchange) {
            traceParents.add(exchange.getRequestHeaders().getFirst("traceparent"));
            exchange.sendResponseHeaders(503, -1);
        }
    }

    @Test
    void tracingBringsNoSecondSetOfMeters() throws Exception {
        displace(traced(traceId, true));
        awaitSpan(this::isInTrace);
        assertThat(Client.get(server, "/actuator/prometheus").body())
                .contains("grpc_server_call_started_total")
                .doesNotContainPattern("(?m)^(otel|otlp|rpc|grpc_server_requests|processedSpans|queueSize)");
    }

    private boolean isInTrace(Span span) {
        return hex(span.getTraceId()).equals(traceId);
    }

    private boolean isLinked(Span span) {
        return span.getLinksList().stream()
                .anyMatch(link -> hex(link.getTraceId()).equals(traceId)
                        && hex(link.getSpanId()).equals(SPAN_ID));
    }

    private static Span awaitSpan(Predicate<Span> condition) {
        return await().atMost(SOON)
                .until(() -> receiver.spans().stream().filter(condition).findFirst(), span -> span.isPresent())
                .orElseThrow();
    }

    private static String hex(ByteString id) {
        return HexFormat.of().formatHex(id.toByteArray());
    }

    private static Map<String, String> attributes(Span span) {
        return span.getAttributesList().stream()
                .collect(Collectors.toMap(KeyValue::getKey, attribute -> text(attribute.getValue())));
    }

    private static String text(AnyValue value) {
        return value.hasIntValue() ? Long.toString(value.getIntValue()) : value.getStringValue();
    }

    private static Metadata traced(String traceId, boolean sampled) {
        Metadata headers = new Metadata();
        headers.put(
                Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER),
                "00-" + traceId + "-" + SPAN_ID + (sampled ? "-01" : "-00"));
        headers.put(Metadata.Key.of("tracestate", Metadata.ASCII_STRING_MARSHALLER), TRACE_STATE);
        headers.put(RequestId.ENTRY, "traced");
        return headers;
    }

    private <S extends AbstractStub<S>> S with(S stub) {
        return stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(traced(traceId, true)))
                .withDeadlineAfter(20, TimeUnit.SECONDS);
    }

    private static void displace(Metadata headers) {
        DisplacementServiceGrpc.newBlockingStub(client.channel())
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                .withDeadlineAfter(5, TimeUnit.SECONDS)
                .computeDisplacement(Displacement.getDefaultInstance());
    }
}
