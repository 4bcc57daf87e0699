package dev.waystate.server;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.BadRequest.FieldViolation;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import dev.waystate.statelog.DamagedRecordException;
import dev.waystate.statelog.LogFullException;
import dev.waystate.statelog.LogUnavailableException;
import dev.waystate.statelog.PositionBeyondHeadException;
import dev.waystate.statelog.PrunedPositionException;
import dev.waystate.statelog.SequenceGapException;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which status each exception becomes. What is the client's fault is told to the client, with details it can act on;
 * what is ours is logged under an id, and the client gets the id alone.
 */
final class StatusTable {

    private static final Logger log = LoggerFactory.getLogger(StatusTable.class);

    private static final Duration BUSY_RETRY_DELAY =
            Duration.newBuilder().setNanos(100_000_000).build();
    private static final Duration FULL_RETRY_DELAY =
            Duration.newBuilder().setSeconds(1).build();

    /** The domain of the reasons in ErrorInfo. */
    private static final String DOMAIN = "waystate.dev";

    private StatusTable() {}

    /** Returns the status, its details in the trailers. */
    static StatusRuntimeException toStatus(Throwable thrown, String method) {
        if (thrown instanceof CompletionException && thrown.getCause() != null) {
            return toStatus(thrown.getCause(), method);
        }
        if (thrown instanceof StatusRuntimeException status) {
            return status;
        }
        if (thrown instanceof StatusException status) {
            return new StatusRuntimeException(status.getStatus(), status.getTrailers());
        }
        if (thrown instanceof InvalidRequestException invalid) {
            return status(Code.INVALID_ARGUMENT, invalid.getMessage(), badRequest(invalid));
        }
        if (thrown instanceof SequenceGapException gap) {
            return status(
                    Code.FAILED_PRECONDITION,
                    gap.getMessage(),
                    reason("SEQUENCE_GAP", "expected_sequence", gap.expected()));
        }
        if (thrown instanceof PrunedPositionException pruned) {
            return status(
                    Code.OUT_OF_RANGE,
                    pruned.getMessage(),
                    reason("POSITION_PRUNED", "earliest_position", pruned.earliest()));
        }
        if (thrown instanceof PositionBeyondHeadException beyond) {
            return status(
                    Code.OUT_OF_RANGE,
                    beyond.getMessage(),
                    reason("POSITION_BEYOND_HEAD", "head_position", beyond.head()));
        }
        if (thrown instanceof DamagedRecordException damaged) {
            log.error("{}: {}", method, damaged.getMessage());
            return status(
                    Code.DATA_LOSS, damaged.getMessage(), reason("RECORD_DAMAGED", "position", damaged.position()));
        }
        if (thrown instanceof LogFullException) {
            return status(Code.RESOURCE_EXHAUSTED, "The disk is full: try again later", retryAfter(FULL_RETRY_DELAY));
        }
        if (thrown instanceof LogUnavailableException unavailable) {
            return status(Code.UNAVAILABLE, unavailable.getMessage());
        }
        if (thrown instanceof UnreadableRequestException) {
            log.info("{}: a request does not parse: {}", method, LogText.quote(String.valueOf(thrown.getMessage())));
            return status(Code.INVALID_ARGUMENT, "The request is not a message of the type that " + method + " takes");
        }
        if (thrown instanceof TooManyCallsException tooMany) {
            return status(Code.RESOURCE_EXHAUSTED, tooMany.getMessage(), retryAfter(toProto(tooMany.retryDelay())));
        }
        if (thrown instanceof RejectedExecutionException) {
            return status(
                    Code.RESOURCE_EXHAUSTED,
                    "Every thread is busy and the queue is full: try again later",
                    retryAfter(BUSY_RETRY_DELAY));
        }
        return internal(thrown, method);
    }

    private static StatusRuntimeException internal(Throwable thrown, String method) {
        String id = UUID.randomUUID().toString();
        log.error("{} failed, error {}", method, id, thrown);
        return status(Code.INTERNAL, "Internal error: the server's log has it as error " + id);
    }

    private static ErrorInfo reason(String reason, String key, long value) {
        return ErrorInfo.newBuilder()
                .setDomain(DOMAIN)
                .setReason(reason)
                .putMetadata(key, Long.toString(value))
                .build();
    }

    private static Duration toProto(java.time.Duration delay) {
        return Duration.newBuilder()
                .setSeconds(delay.toSeconds())
                .setNanos(delay.toNanosPart())
                .build();
    }

    private static RetryInfo retryAfter(Duration delay) {
        return RetryInfo.newBuilder().setRetryDelay(delay).build();
    }

    private static BadRequest badRequest(InvalidRequestException invalid) {
        return BadRequest.newBuilder()
                .addFieldViolations(
                        FieldViolation.newBuilder().setField(invalid.field()).setDescription(invalid.getMessage()))
                .build();
    }

    private static StatusRuntimeException status(Code code, String message, Message... details) {
        Status.Builder status = Status.newBuilder().setCode(code.getNumber()).setMessage(message);
        for (Message detail : details) {
            status.addDetails(Any.pack(detail));
        }
        return StatusProto.toStatusRuntimeException(status.build());
    }
}
