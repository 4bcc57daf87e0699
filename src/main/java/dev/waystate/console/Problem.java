package dev.waystate.console;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.BadRequest.FieldViolation;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import dev.waystate.text.Json;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/**
 * The reason why a request failed, in the form of RFC 9457.
 *
 * @param code the status code of gRPC
 * @param field the parameter, or the field of the gRPC request, that does not hold what was expected; null for none
 * @param retryAfter seconds after which to try again; null if that is not known
 * @param reason the reason for programs, with its values; null for none
 */
public record Problem(
        HttpStatus status,
        Code code,
        String detail,
        @Nullable String field,
        @Nullable Long retryAfter,
        @Nullable ErrorInfo reason) {

    public static final String CONTENT_TYPE = "application/problem+json";

    /** The reasons of requests for parts of the log that are gone. */
    private static final Set<String> GONE = Set.of("POSITION_PRUNED", "STATES_UNKNOWN");

    public static Problem of(HttpStatus status, Code code, String detail) {
        return new Problem(status, code, detail, null, null, null);
    }

    /** @param expectation what was expected, and what came */
    public static Problem ofField(String field, String expectation) {
        return new Problem(
                HttpStatus.BAD_REQUEST, Code.INVALID_ARGUMENT, field + ": " + expectation, field, null, null);
    }

    /** Returns the problem of a call that has failed. */
    public static Problem of(Status status, Metadata trailers) {
        com.google.rpc.Status details = StatusProto.fromStatusAndTrailers(status, trailers);
        Optional<FieldViolation> violation = detail(details, BadRequest.class)
                .flatMap(request -> request.getFieldViolationsList().stream().findFirst());
        if (violation.isPresent()) {
            return ofViolation(violation.get());
        }
        ErrorInfo reason = detail(details, ErrorInfo.class).orElse(null);
        Long retryAfter = detail(details, RetryInfo.class)
                .map(retry -> retry.getRetryDelay().getSeconds()
                        + (retry.getRetryDelay().getNanos() > 0 ? 1 : 0))
                .orElse(status.getCode() == Code.UNAVAILABLE ? Long.valueOf(1) : null);
        return new Problem(
                httpStatus(status.getCode(), reason), status.getCode(), detail(status), null, retryAfter, reason);
    }

    /** Returns the problem of an exception with a status. */
    public static Problem of(StatusRuntimeException thrown) {
        Metadata trailers = thrown.getTrailers();
        return of(thrown.getStatus(), trailers == null ? new Metadata() : trailers);
    }

    public static Problem of(Status status) {
        return of(status, new Metadata());
    }

    /** Returns the same problem with the parameter that is wrong. */
    public Problem withField(String parameter) {
        return new Problem(status, code, parameter + ": " + detail, parameter, retryAfter, reason);
    }

    /** Returns the same problem with the time after which to try again. */
    public Problem withRetryAfter(long seconds) {
        return new Problem(status, code, detail, field, seconds, reason);
    }

    private static Problem ofViolation(FieldViolation violation) {
        String prefix = violation.getField() + ": ";
        String description = violation.getDescription();
        return ofField(
                violation.getField(),
                description.startsWith(prefix) ? description.substring(prefix.length()) : description);
    }

    /** Returns the description that a service gave. Any other is for the server's log alone. */
    private static String detail(Status status) {
        boolean said = status.getDescription() != null && status.getCause() == null;
        return said ? status.getDescription() : "The call failed";
    }

    private static HttpStatus httpStatus(Code code, @Nullable ErrorInfo reason) {
        return switch (code) {
            case INVALID_ARGUMENT -> HttpStatus.BAD_REQUEST;
            case OUT_OF_RANGE ->
                reason != null && GONE.contains(reason.getReason()) ? HttpStatus.GONE : HttpStatus.BAD_REQUEST;
            case UNAUTHENTICATED -> HttpStatus.UNAUTHORIZED;
            case PERMISSION_DENIED -> HttpStatus.FORBIDDEN;
            case NOT_FOUND -> HttpStatus.NOT_FOUND;
            case FAILED_PRECONDITION, ABORTED, ALREADY_EXISTS -> HttpStatus.CONFLICT;
            case RESOURCE_EXHAUSTED -> HttpStatus.TOO_MANY_REQUESTS;
            case UNAVAILABLE -> HttpStatus.SERVICE_UNAVAILABLE;
            case DEADLINE_EXCEEDED -> HttpStatus.GATEWAY_TIMEOUT;
            case UNIMPLEMENTED -> HttpStatus.NOT_IMPLEMENTED;
            default -> HttpStatus.INTERNAL_SERVER_ERROR;
        };
    }

    private static <T extends Message> Optional<T> detail(com.google.rpc.@Nullable Status status, Class<T> type) {
        List<Any> details = status == null ? List.of() : status.getDetailsList();
        try {
            for (Any detail : details) {
                if (detail.is(type)) {
                    return Optional.of(detail.unpack(type));
                }
            }
        } catch (InvalidProtocolBufferException malformed) {
            // as if there were none
        }
        return Optional.empty();
    }

    /** Returns the members of the JSON object, in order. Members without a value are left out. */
    public Map<String, Object> members() {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("type", "about:blank");
        members.put("title", status.getReasonPhrase());
        members.put("status", status.value());
        members.put("detail", detail);
        members.put("code", code.name());
        if (field != null) {
            members.put("field", field);
        }
        if (retryAfter != null) {
            members.put("retry_after", retryAfter);
        }
        if (reason != null) {
            members.put("reason", reason.getReason());
            members.put("metadata", reason.getMetadataMap());
        }
        return members;
    }

    /** Returns the headers that go with the status of the answer. */
    public Map<String, String> headers() {
        Map<String, String> headers = new LinkedHashMap<>();
        if (status == HttpStatus.UNAUTHORIZED) {
            headers.put("WWW-Authenticate", "Bearer");
        }
        if (status == HttpStatus.METHOD_NOT_ALLOWED) {
            headers.put("Allow", "GET");
        }
        if (retryAfter != null) {
            headers.put("Retry-After", retryAfter.toString());
        }
        return headers;
    }

    /** Answers with the problem. */
    public void send(HttpServletResponse response) throws IOException {
        response.setStatus(status.value());
        response.setContentType(CONTENT_TYPE);
        headers().forEach(response::setHeader);
        response.getOutputStream().write(json());
    }

    public byte[] json() {
        return Json.bytes(members());
    }
}
