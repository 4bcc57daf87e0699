package dev.waystate.cli.connection;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import dev.waystate.text.VisibleText;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.List;
import java.util.stream.Stream;

/** The details of a failed call, as lines for people. */
public final class StatusDetails {

    private StatusDetails() {}

    /** Returns a line for each detail of a known type, unless the status says the same. */
    public static List<String> of(Throwable failure) {
        Status status = StatusProto.fromThrowable(failure);
        return status == null
                ? List.of()
                : status.getDetailsList().stream()
                        .flatMap(StatusDetails::lines)
                        .filter(line -> !status.getMessage().contains(line))
                        .map(VisibleText::of)
                        .toList();
    }

    /** Returns how long the server asks to wait before the next attempt; zero if it does not say. */
    static java.time.Duration retryDelay(Throwable failure) {
        Status status = StatusProto.fromThrowable(failure);
        return status == null
                ? java.time.Duration.ZERO
                : status.getDetailsList().stream()
                        .filter(detail -> detail.is(RetryInfo.class))
                        .map(StatusDetails::delay)
                        .findFirst()
                        .orElse(java.time.Duration.ZERO);
    }

    /** Tells whether the server gave this reason. */
    public static boolean hasReason(Throwable failure, String reason) {
        Status status = StatusProto.fromThrowable(failure);
        return status != null
                && status.getDetailsList().stream()
                        .filter(detail -> detail.is(ErrorInfo.class))
                        .anyMatch(detail -> reason(detail).equals(reason));
    }

    /** Returns a failure that is worth another attempt, with the details of this one. */
    public static StatusRuntimeException toUnavailable(StatusRuntimeException failure, String message) {
        Status.Builder status = Status.newBuilder();
        Status detailed = StatusProto.fromThrowable(failure);
        if (detailed != null) {
            status.addAllDetails(detailed.getDetailsList());
        }
        return StatusProto.toStatusRuntimeException(
                status.setCode(Code.UNAVAILABLE_VALUE).setMessage(message).build());
    }

    private static String reason(Any errorInfo) {
        try {
            return errorInfo.unpack(ErrorInfo.class).getReason();
        } catch (InvalidProtocolBufferException malformed) {
            return "";
        }
    }

    private static java.time.Duration delay(Any retryInfo) {
        try {
            Duration delay = retryInfo.unpack(RetryInfo.class).getRetryDelay();
            return java.time.Duration.ofSeconds(delay.getSeconds(), delay.getNanos());
        } catch (InvalidProtocolBufferException malformed) {
            return java.time.Duration.ZERO;
        }
    }

    private static Stream<String> lines(Any detail) {
        try {
            return knownLines(detail);
        } catch (InvalidProtocolBufferException malformed) {
            return Stream.empty();
        }
    }

    private static Stream<String> knownLines(Any detail) throws InvalidProtocolBufferException {
        if (detail.is(BadRequest.class)) {
            return detail.unpack(BadRequest.class).getFieldViolationsList().stream()
                    .map(violation -> violation.getDescription().startsWith(violation.getField() + ": ")
                            ? violation.getDescription()
                            : violation.getField() + ": " + violation.getDescription());
        }
        if (detail.is(RetryInfo.class)) {
            Duration delay = detail.unpack(RetryInfo.class).getRetryDelay();
            return Stream.of("try again in " + (delay.getSeconds() * 1000 + delay.getNanos() / 1_000_000) + " ms");
        }
        if (detail.is(ErrorInfo.class)) {
            return Stream.of(line(detail.unpack(ErrorInfo.class)));
        }
        return Stream.empty();
    }

    private static String line(ErrorInfo info) {
        return switch (info.getReason()) {
            case "POSITION_PRUNED" ->
                "the earliest position is " + value(info, "earliest_position")
                        + ": the log is kept from there on, and read begins there without --after";
            case "POSITION_BEYOND_HEAD" ->
                "the newest position is " + value(info, "head_position")
                        + ": was the log replaced, or restored from a back-up?";
            case "RECORD_DAMAGED" ->
                "the record at position " + value(info, "position") + " is damaged: read on behind it with --after "
                        + value(info, "position");
            case "SEQUENCE_GAP" ->
                "the next sequence of the source is " + value(info, "expected_sequence")
                        + ": send the reports from there on, see --first-sequence";
            case "LOG_CHANGED" ->
                "the log is another one now, such as a back-up that was restored: its id is " + value(info, "log_id")
                        + ", its newest position " + value(info, "head_position")
                        + ". Positions of the old one mean nothing in it: to start over, leave out --after and --log-id,"
                        + " or use --since";
            case "STATES_UNKNOWN" ->
                "who was in which state is known from position " + value(info, "first_position")
                        + " on: the log has removed, or did not keep, what was before";
            case "SOURCE_UNKNOWN" -> "'sources' lists those that have reported";
            default -> info.getReason() + " " + info.getMetadataMap();
        };
    }

    private static String value(ErrorInfo info, String key) {
        return info.getMetadataOrDefault(key, "not told");
    }
}
