package dev.waystate.server.telemetry;

import dev.waystate.server.status.StatusTable;
import io.grpc.Status.Code;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import org.jspecify.annotations.Nullable;

/** The span of one batch of a stream. */
public final class BatchSpan {

    /** The span of batches that are not traced. */
    static final BatchSpan NONE = new BatchSpan(Span.getInvalid(), null);

    private static final AttributeKey<Long> SIZE = AttributeKey.longKey("waystate.batch.size");

    private final Span span;
    private final @Nullable StatusTable statuses;

    BatchSpan(Span span, @Nullable StatusTable statuses) {
        this.span = span;
        this.statuses = statuses;
    }

    /**
     * Ends the span. One that is not ended is not sent.
     *
     * @param size how many things the batch had
     * @param problem why it has failed; null if it has not
     */
    public void end(long size, @Nullable Throwable problem) {
        if (span.isRecording() && statuses != null) {
            span.setAttribute(SIZE, size);
            CallTrace.end(span, problem == null ? Code.OK : statuses.code(problem));
        }
    }
}
