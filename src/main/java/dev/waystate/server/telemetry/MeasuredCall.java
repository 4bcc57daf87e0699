package dev.waystate.server.telemetry;

import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What is known and counted of a call, from its first byte until its end. One thread at a time receives, and one sends.
 * Any thread may read.
 */
public abstract class MeasuredCall extends ServerStreamTracer {

    /**
     * The length of a {@code tracestate} that everybody should pass on (W3C Trace Context, 3.3.1.5), and nine times that
     * of a {@code traceparent}. To parse a longer one can take very long.
     */
    private static final int MAX_TRACE_ENTRY_LENGTH = 512;

    private final CallObserver[] observers;
    private final String namedMethod;

    private final @Nullable SocketAddress peer;

    /** Null unless the process itself makes it for a client of the HTTP port. */
    private final @Nullable HttpOrigin httpClient;

    private final @Nullable String traceParent;
    private final @Nullable String traceState;
    private final String requestId;
    private final long startNanos = System.nanoTime();

    // Written for every call or message. Threads other than its observers' may see older values.
    private long receivedMessages;
    private long receivedBytes;
    private long sentMessages;
    private long sentBytes;

    private long endedNanos;
    private boolean ended;

    /** Null while it is not known that the method exists. */
    private @Nullable MethodDescriptor<?, ?> method;

    private @Nullable Deadline deadline;

    private volatile @Nullable String caller;
    private volatile @Nullable String source;

    /** Null where nothing is traced. */
    private volatile @Nullable CallTrace trace;

    /**
     * @param method the name that its client has given, perhaps of a method that does not exist
     * @param peer the address of its client; null for the process itself, whose {@link HttpOrigin} is believed
     */
    protected MeasuredCall(CallObserver[] observers, String method, Metadata headers, @Nullable SocketAddress peer) {
        this.observers = observers;
        this.namedMethod = method;
        this.requestId = RequestId.of(headers.get(RequestId.ENTRY));
        this.traceParent = fit(headers.get(CallTrace.PARENT_ENTRY));
        this.traceState = traceParent == null ? null : fit(headers.get(CallTrace.STATE_ENTRY));
        this.httpClient = peer == null ? headers.get(HttpOrigin.ENTRY) : null;
        this.peer = httpClient == null ? peer : httpClient.peer();
    }

    private static @Nullable String fit(@Nullable String entry) {
        return entry == null || entry.length() > MAX_TRACE_ENTRY_LENGTH ? null : entry;
    }

    @Override
    public void serverCallStarted(ServerCallInfo<?, ?> call) {
        method = call.getMethodDescriptor();
        for (CallObserver observer : observers) {
            observer.started(this);
        }
    }

    /** Notes the deadline of the context that the call runs in. */
    protected void noteDeadline() {
        deadline = Context.current().getDeadline();
    }

    @Override
    public void inboundMessageRead(int number, long wireBytes, long uncompressedBytes) {
        receivedMessages++;
    }

    @Override
    public void inboundWireSize(long bytes) {
        receivedBytes += bytes;
    }

    @Override
    public void outboundMessageSent(int number, long wireBytes, long uncompressedBytes) {
        sentMessages++;
    }

    @Override
    public void outboundWireSize(long bytes) {
        sentBytes += bytes;
    }

    @Override
    public void streamClosed(Status status) {
        endedNanos = System.nanoTime();
        ended = true;
        for (CallObserver observer : observers) {
            observer.ended(this, status);
        }
    }

    /** Returns the full name of its method; the name that the client has given, if there is no such method. */
    String methodName() {
        MethodDescriptor<?, ?> known = method;
        return known == null ? namedMethod : known.getFullMethodName();
    }

    /** Returns the method; null if there is no such method. */
    @Nullable
    MethodDescriptor<?, ?> method() {
        return method;
    }

    boolean isProbe() {
        return isProbe(methodName());
    }

    /**
     * Returns whether a method, by its full name, belongs to health or reflection. Those call it who watch a server.
     */
    public static boolean isProbe(String method) {
        return method.startsWith("grpc.health.") || method.startsWith("grpc.reflection.");
    }

    /** Returns the kind of its method; UNKNOWN if there is no such method. */
    public MethodType type() {
        MethodDescriptor<?, ?> known = method;
        return known == null ? MethodType.UNKNOWN : known.getType();
    }

    /** Returns how long it has been open or, once it has ended, was open, in nanoseconds. */
    long elapsedNanos() {
        return (ended ? endedNanos : System.nanoTime()) - startNanos;
    }

    /** Returns when it ended, by {@link System#nanoTime}. */
    long endedNanos() {
        return endedNanos;
    }

    public long receivedMessages() {
        return receivedMessages;
    }

    /** Returns how many bytes its messages had on the wire. */
    long receivedBytes() {
        return receivedBytes;
    }

    long sentMessages() {
        return sentMessages;
    }

    /** Returns how many bytes its answers have on the wire, or in the body of the HTTP answer that they become. */
    long sentBytes() {
        return httpClient == null ? sentBytes : httpClient.sentBytes().getAsLong();
    }

    /** Returns the time that its client has given it, in nanoseconds; null for any time. */
    public @Nullable Long deadlineNanos() {
        Deadline known = deadline;
        return known == null ? null : known.timeRemaining(TimeUnit.NANOSECONDS) + System.nanoTime() - startNanos;
    }

    /** Returns the address of its client; null for the process itself. */
    public @Nullable SocketAddress peer() {
        return peer;
    }

    /** Returns the id that its client has sent, or one that was made. */
    public String requestId() {
        return requestId;
    }

    /** Returns the {@code traceparent} that its client has sent, which may be any text of up to 512 characters. */
    @Nullable
    String traceParent() {
        return traceParent;
    }

    /** Returns the {@code tracestate} that its client has sent with it, which may be any text of up to 512 characters. */
    @Nullable
    String traceState() {
        return traceState;
    }

    /** Returns the authenticated caller's name; null where callers need no credentials. */
    public @Nullable String caller() {
        return caller;
    }

    public void setCaller(String name) {
        caller = name;
    }

    /** Returns the source whose reports it brings; null for none. */
    public @Nullable String source() {
        return source;
    }

    public void setSource(String name) {
        source = name;
    }

    /** Returns the id of the trace that it is a part of; null for none. */
    @Nullable
    String traceId() {
        CallTrace known = trace;
        if (known != null) {
            return known.id();
        }
        SpanContext client = Span.fromContext(CallTraces.parent(this)).getSpanContext();
        return client.isValid() ? client.getTraceId() : null;
    }

    /**
     * Begins the span of a batch, for a call that is a stream.
     *
     * @param name one of a few
     */
    public BatchSpan beginBatch(String name) {
        CallTrace known = trace;
        return known == null ? BatchSpan.NONE : known.beginBatch(name);
    }

    void setTrace(CallTrace begun) {
        trace = begun;
    }

    void endTrace(Code code) {
        CallTrace known = trace;
        if (known != null) {
            known.end(code);
        }
    }
}
