package dev.waystate.server.telemetry;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.semconv.ErrorAttributes;
import io.opentelemetry.semconv.HttpAttributes;
import io.opentelemetry.semconv.ServerAttributes;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/** Traces the HTTP requests that the server makes: each is a span, whose {@code traceparent} goes with it. */
@Component
public class OutgoingTraces {

    /** Traces nothing. */
    public static final OutgoingTraces NONE = new OutgoingTraces((Tracer) null);

    private static final int FIRST_ERROR = 400;

    private final @Nullable Tracer tracer;

    @Autowired
    OutgoingTraces(SpanSource spans) {
        this(spans.tracer());
    }

    private OutgoingTraces(@Nullable Tracer tracer) {
        this.tracer = tracer;
    }

    /** Sends a request as the client does. */
    public <T> HttpResponse<T> send(HttpClient client, HttpRequest.Builder request, BodyHandler<T> body)
            throws IOException, InterruptedException {
        if (tracer == null) {
            return client.send(request.build(), body);
        }
        HttpRequest plain = request.build();
        Span span = begin(tracer, plain);
        W3CTraceContextPropagator.getInstance().inject(Context.root().with(span), request, HttpRequest.Builder::header);
        try {
            HttpResponse<T> response = client.send(request.build(), body);
            span.setAttribute(HttpAttributes.HTTP_RESPONSE_STATUS_CODE, (long) response.statusCode());
            if (response.statusCode() >= FIRST_ERROR) {
                fail(span, Integer.toString(response.statusCode()));
            }
            return response;
        } catch (IOException | InterruptedException problem) {
            fail(span, problem.getClass().getName());
            throw problem;
        } finally {
            span.end();
        }
    }

    private static Span begin(Tracer tracer, HttpRequest request) {
        URI uri = request.uri();
        Span span = tracer.spanBuilder(request.method())
                .setNoParent()
                .setSpanKind(SpanKind.CLIENT)
                .setAttribute(HttpAttributes.HTTP_REQUEST_METHOD, request.method())
                .setAttribute(ServerAttributes.SERVER_ADDRESS, uri.getHost()) // the path may be secret
                .startSpan();
        if (uri.getPort() >= 0) {
            span.setAttribute(ServerAttributes.SERVER_PORT, (long) uri.getPort());
        }
        return span;
    }

    private static void fail(Span span, String reason) {
        span.setAttribute(ErrorAttributes.ERROR_TYPE, reason);
        span.setStatus(StatusCode.ERROR);
    }
}
