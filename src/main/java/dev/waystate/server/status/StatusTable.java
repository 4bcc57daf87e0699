package dev.waystate.server.status;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.BadRequest.FieldViolation;
import com.google.rpc.Status;
import dev.waystate.server.lifecycle.FailStop;
import dev.waystate.server.lifecycle.OutOfMemory;
import dev.waystate.server.text.LogText;
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
 * Which status each exception becomes. What is the client's fault is told to the client, with details it can act on;
 * what is ours is logged under the id of the request, and the client gets the id alone. Memory that has run out ends the process.
 */
@Component
public class StatusTable {

    private static final Logger log = LoggerFactory.getLogger(StatusTable.class);

    private static final Duration BUSY_RETRY_DELAY = Duration.ofMillis(100);

    private final Map<Class<?>, Rule> rules = new HashMap<>();
    private final FailStop failStop;

    private record Rule(Code code, Function<Throwable, @Nullable Message> detail) {}

    /** @param features add what is theirs */
    StatusTable(List<StatusRules> features, FailStop failStop) {
        this.failStop = failStop;
        add(InvalidRequestException.class, Code.INVALID_ARGUMENT, StatusTable::badRequest);
        add(TryLaterException.class, Code.RESOURCE_EXHAUSTED, later -> ErrorDetails.retryAfter(later.retryDelay()));
        features.forEach(feature -> feature.addTo(this));
    }

    /**
     * Has an exception, and those that extend it, become a status with the exception's message.
     *
     * @param detail returns what a client can act on, or null
     */
    public <T extends Throwable> void add(
            Class<T> type, Code code, Function<? super T, ? extends @Nullable Message> detail) {
        rules.put(type, new Rule(code, thrown -> detail.apply(type.cast(thrown))));
    }

    /** Returns the code that a problem becomes, for those who only tell of it. */
    public Code code(Throwable problem) {
        if (problem instanceof CompletionException && problem.getCause() != null) {
            return code(problem.getCause());
        }
        if (problem instanceof RejectedExecutionException) {
            return Code.RESOURCE_EXHAUSTED;
        }
        Code known = io.grpc.Status.fromThrowable(problem).getCode();
        Rule rule = rule(problem);
        return known != Code.UNKNOWN ? known : rule == null ? Code.INTERNAL : rule.code;
    }

    /**
     * Returns the status, its details in the trailers.
     *
     * @param requestId by which the log names the call
     */
    public StatusRuntimeException toStatus(Throwable thrown, String method, String requestId) {
        if (OutOfMemory.isCauseOf(thrown)) {
            failStop.stop(thrown);
        }
        if (thrown instanceof CompletionException && thrown.getCause() != null) {
            return toStatus(thrown.getCause(), method, requestId);
        }
        if (thrown instanceof RejectedExecutionException) {
            return toStatus(
                    new TryLaterException(
                            "Every thread is busy and the queue is full: try again later", BUSY_RETRY_DELAY),
                    method,
                    requestId);
        }
        if (thrown instanceof StatusRuntimeException status) {
            return status;
        }
        if (thrown instanceof StatusException status) {
            return new StatusRuntimeException(status.getStatus(), status.getTrailers());
        }
        if (thrown instanceof UnreadableRequestException) {
            log.info("{}: a request does not parse: {}", method, LogText.quote(String.valueOf(thrown.getMessage())));
            return status(
                    Code.INVALID_ARGUMENT, "The request is not a message of the type that " + method + " takes", null);
        }
        Rule rule = rule(thrown);
        return rule == null ? internal(thrown, method, requestId) : byRule(rule, thrown, method, requestId);
    }

    private @Nullable Rule rule(Throwable thrown) {
        Rule rule = null;
        for (Class<?> type = thrown.getClass(); rule == null && type != null; type = type.getSuperclass()) {
            rule = rules.get(type);
        }
        return rule;
    }

    private static StatusRuntimeException byRule(Rule rule, Throwable thrown, String method, String requestId) {
        if (rule.code == Code.DATA_LOSS) {
            log.error("{}, request {}: {}", method, LogText.quote(requestId), thrown.getMessage());
        }
        return status(rule.code, thrown.getMessage(), rule.detail.apply(thrown));
    }

    private static StatusRuntimeException internal(Throwable thrown, String method, String requestId) {
        log.error("{} failed, request {}", method, LogText.quote(requestId), thrown);
        return status(Code.INTERNAL, "Internal error: the server's log has it as request " + requestId, null);
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
