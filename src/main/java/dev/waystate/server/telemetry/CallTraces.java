package dev.waystate.server.telemetry;

import dev.waystate.server.status.StatusTable;
import io.grpc.Status;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Traces calls, if the spans are sent anywhere. Otherwise nothing is made for any call. */
@Component
class CallTraces implements CallObserver {

    private static final TextMapGetter<MeasuredCall> HEADERS = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(MeasuredCall call) {
            return List.of(CallTrace.PARENT_ENTRY.name(), CallTrace.STATE_ENTRY.name());
        }

        @Override
        public @Nullable String get(@Nullable MeasuredCall call, String key) {
            return key.equals(CallTrace.PARENT_ENTRY.name()) ? call.traceParent() : call.traceState();
        }
    };

    private final @Nullable Tracer tracer;
    private final StatusTable statuses;

    CallTraces(SpanSource spans, StatusTable statuses) {
        this.tracer = spans.tracer();
        this.statuses = statuses;
    }

    /** Returns a context with the span that the client has sent, if it has sent a valid one. */
    static Context parent(MeasuredCall call) {
        return call.traceParent() == null
                ? Context.root()
                : W3CTraceContextPropagator.getInstance().extract(Context.root(), call, HEADERS);
    }

    @Override
    public void started(MeasuredCall call) {
        if (tracer != null && !call.isProbe()) {
            // The HTTP port makes its calls on a thread that has the span of the HTTP request.
            Context parent = Span.current().getSpanContext().isValid() ? Context.current() : parent(call);
            call.setTrace(new CallTrace(tracer, statuses, parent, call));
        }
    }

    @Override
    public void ended(MeasuredCall call, Status status) {
        call.endTrace(status.getCode());
    }
}
