package dev.waystate.server.telemetry;

import dev.waystate.server.status.StatusTable;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status.Code;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.semconv.ErrorAttributes;
import io.opentelemetry.semconv.NetworkAttributes;
import java.net.InetSocketAddress;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A call's part in a trace. A unary call is one span, a child of its client's. A stream, which may go on for days, has
 * a span for each batch instead: a trace of its own with a link to the client's span. Attributes are named as in
 * OpenTelemetry's conventions for RPCs.
 */
final class CallTrace {

    static final Metadata.Key<String> PARENT_ENTRY = Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER);
    static final Metadata.Key<String> STATE_ENTRY = Metadata.Key.of("tracestate", Metadata.ASCII_STRING_MARSHALLER);

    private static final AttributeKey<String> RPC_SYSTEM_NAME = AttributeKey.stringKey("rpc.system.name");
    private static final AttributeKey<String> RPC_METHOD = AttributeKey.stringKey("rpc.method");
    private static final AttributeKey<String> RPC_RESPONSE_STATUS_CODE =
            AttributeKey.stringKey("rpc.response.status_code");
    private static final AttributeKey<String> SOURCE = AttributeKey.stringKey("waystate.source");
    private static final AttributeKey<String> REQUEST_ID = AttributeKey.stringKey("waystate.request_id");

    /** The codes that are the server's fault, by OpenTelemetry's conventions for gRPC. */
    private static final Set<Code> FAULTS = EnumSet.of(
            Code.UNKNOWN, Code.DEADLINE_EXCEEDED, Code.UNIMPLEMENTED, Code.INTERNAL, Code.UNAVAILABLE, Code.DATA_LOSS);

    private final Tracer tracer;
    private final StatusTable statuses;
    private final Context parent;
    private final MeasuredCall call;

    /** The span of a unary call; an invalid one for a stream. */
    private final Span span;

    /** @param parent the context with the client's span, if there is one */
    CallTrace(Tracer tracer, StatusTable statuses, Context parent, MeasuredCall call) {
        this.tracer = tracer;
        this.parent = parent;
        this.call = call;
        this.statuses = statuses;
        this.span = call.type() == MethodType.UNARY
                ? builder(call.methodName(), SpanKind.SERVER).setParent(parent).startSpan()
                : Span.getInvalid();
    }

    /** Returns the id of the trace; null when there is none. */
    @Nullable
    String id() {
        SpanContext own = span.getSpanContext();
        SpanContext known = own.isValid() ? own : Span.fromContext(parent).getSpanContext();
        return known.isValid() ? known.getTraceId() : null;
    }

    /** Begins a span for a batch of the stream. */
    BatchSpan beginBatch(String name) {
        SpanBuilder batch = builder(name, SpanKind.INTERNAL).setNoParent();
        SpanContext client = Span.fromContext(parent).getSpanContext();
        if (client.isValid()) {
            batch.addLink(client);
        }
        String source = call.source();
        if (source != null) {
            batch.setAttribute(SOURCE, source);
        }
        return new BatchSpan(batch.startSpan(), statuses);
    }

    private SpanBuilder builder(String name, SpanKind kind) {
        return tracer.spanBuilder(name)
                .setSpanKind(kind)
                .setAttribute(RPC_SYSTEM_NAME, "grpc")
                .setAttribute(RPC_METHOD, call.methodName())
                .setAttribute(REQUEST_ID, call.requestId());
    }

    void end(Code code) {
        if (span.isRecording()) {
            if (call.peer() instanceof InetSocketAddress peer) {
                span.setAttribute(
                        NetworkAttributes.NETWORK_PEER_ADDRESS,
                        peer.getAddress().getHostAddress());
                span.setAttribute(NetworkAttributes.NETWORK_PEER_PORT, (long) peer.getPort());
            }
            end(span, code);
        }
    }

    /** Ends a span. Only faults of the server are errors. */
    static void end(Span span, Code code) {
        span.setAttribute(RPC_RESPONSE_STATUS_CODE, code.name());
        if (FAULTS.contains(code)) {
            span.setAttribute(ErrorAttributes.ERROR_TYPE, code.name());
            span.setStatus(StatusCode.ERROR);
        }
        span.end();
    }
}
