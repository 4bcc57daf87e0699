package dev.waystate.server.telemetry;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;

/** The tracer, if an exporter sends its spans anywhere. */
@Component
final class SpanSource {

    private final @Nullable Tracer tracer;

    SpanSource(ObjectProvider<SpanExporter> exporters, ObjectProvider<OpenTelemetry> telemetry) {
        tracer =
                exporters.stream().findAny().isPresent() ? telemetry.getObject().getTracer("dev.waystate") : null;
    }

    /** Returns null where nothing is traced. */
    @Nullable
    Tracer tracer() {
        return tracer;
    }
}
