package dev.waystate.server.status;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.BadRequest.FieldViolation;
import com.google.rpc.Status;
import dev.waystate.server.lifecycle.FailStop;
import dev.waystate.server.lifecycle.OutOfMemory;
import dev.waystate.server.logging.LineBudget;
import dev.waystate.server.logging.LogText;
import io.grpc.Status.Code;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Decides which status each exception becomes. Faults of the client are told to the client, with details it can act on.
 * Faults of the server are logged under the id of the request, and the client gets only the id. Memory that has run out
 * ends the process.
 */
@Component
public class StatusTable {

    private static final Logger log = LoggerFactory.getLogger(StatusTable.class);

    private static final Duration BUSY_RETRY_DELAY = Duration.ofMillis(100);
    private static final int UNREADABLE_LINES_A_SECOND = 100;

    /** What clients are told of each class of exceptions, and of those that extend it. */
    private final Map<Class<?>, Function<Throwable, StatusRuntimeException>> rules = new HashMap<>();

    private final LineBudget unreadableLines = new LineBudget(UNREADABLE_LINES_A_SECOND);
    private final FailStop failStop;

    /** @param features the rules of the features */
    StatusTable(List<StatusRules> features, FailStop failStop) {
        this.failStop = failStop;
        rules.put(StatusRuntimeException.class, StatusRuntimeException.class::cast);
        rules.put(StatusException.class, thrown -> unchecked((StatusException) thrown));
        rules.put(
                RejectedExecutionException.class,
                busy -> status(
                        Code.RESOURCE_EXHAUSTED,
                        "Every thread is busy and the queue is full: try again later",
                        ErrorDetails.retryAfter(BUSY_RETRY_DELAY)));
        add(UnreadableRequestException.class, Code.INVALID_ARGUMENT, unreadable -> null);
        add(InvalidRequestException.class, Code.INVALID_ARGUMENT, StatusTable::badRequest);
        add(TryLaterException.class, Code.RESOURCE_EXHAUSTED, later -> ErrorDetails.retryAfter(later.retryDelay()));
        features.forEach(feature -> feature.addTo(this));
    }

    /**
     * Adds a rule: an exception, and those that extend it, become a status with the exception's message.
     *
     * @param detail returns what a client can act on, or null
     */
    public <T extends Throwable> void add(
            Class<T> type, Code code, Function<? super T, ? extends @Nullable Message> detail) {
        rules.put(type, thrown -> status(code, String.valueOf(thrown.getMessage()), detail.apply(type.cast(thrown))));
    }

    /** Returns the code of the status that a problem becomes, for those who only report it. */
    public Code code(Throwable problem) {
        StatusRuntimeException known = known(unwrapped(problem));
        return known == null ? Code.INTERNAL : known.getStatus().getCode();
    }

    /**
     * Returns the status, its details in the trailers.
     *
     * @param requestId the id by which the log names the call
     */
    public StatusRuntimeException toStatus(Throwable thrown, String method, String requestId) {
        if (OutOfMemory.isCauseOf(thrown)) {
            failStop.stop(thrown);
        }
        Throwable problem = unwrapped(thrown);
        StatusRuntimeException known = known(problem);
        if (known == null) {
            log.error("{} failed, request {}", method, LogText.quote(requestId), problem);
            return status(Code.INTERNAL, "Internal error: the server's log has it as request " + requestId, null);
        }
        if (known.getStatus().getCode() == Code.DATA_LOSS) {
            log.error("{}, request {}: {}", method, LogText.quote(requestId), problem.getMessage());
        } else if (problem instanceof UnreadableRequestException && unreadableLines.allowsAt(System.nanoTime())) {
            log.info("{}: a request does not parse: {}", method, LogText.quote(String.valueOf(problem.getCause())));
        }
        return known;
    }

    private static Throwable unwrapped(Throwable thrown) {
        Throwable cause = thrown.getCause();
        return thrown instanceof CompletionException && cause != null ? unwrapped(cause) : thrown;
    }

    /**
     * Returns what the rules have clients told of a problem; null if there is no rule, so that it is the server's
     * fault.
     */
    private @Nullable StatusRuntimeException known(Throwable problem) {
        for (Class<?> type = problem.getClass(); type != null; type = type.getSuperclass()) {
            Function<Throwable, StatusRuntimeException> rule = rules.get(type);
            if (rule != null) {
                return rule.apply(problem);
            }
        }
        return null;
    }

    private static StatusRuntimeException unchecked(StatusException checked) {
        return new StatusRuntimeException(checked.getStatus(), checked.getTrailers());
    }

    private static BadRequest badRequest(InvalidRequestException invalid) {
        return BadRequest.newBuilder()
                .addFieldViolations(
                        FieldViolation.newBuilder().setField(invalid.field()).setDescription(invalid.getMessage()))
                .build();
    }

    private static StatusRuntimeException status(Code code, String message, @Nullable Message detail) {
        Status.Builder status = Status.newBuilder().setCode(code.value()).setMessage(message);
        if (detail != null) {
            status.addDetails(Any.pack(detail));
        }
        return StatusProto.toStatusRuntimeException(status.build());
    }
}
