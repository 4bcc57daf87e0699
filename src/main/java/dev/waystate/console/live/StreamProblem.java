package dev.waystate.console.live;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.RetryInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/**
 * A status as an HTTP answer, in the form of RFC 9457.
 *
 * @param httpStatus of the answer
 * @param members of the JSON object, in their order
 */
record StreamProblem(int httpStatus, Map<String, Object> members) {

    private static final String RETRY_AFTER = "retry_after";

    static StreamProblem of(Status status) {
        return of(status.asRuntimeException());
    }

    static StreamProblem of(StatusRuntimeException thrown) {
        Status status = thrown.getStatus();
        int httpStatus = switch (status.getCode()) {
            case INVALID_ARGUMENT, OUT_OF_RANGE -> 400;
            case UNAUTHENTICATED -> 401;
            case PERMISSION_DENIED -> 403;
            case RESOURCE_EXHAUSTED -> 429;
            case UNAVAILABLE -> 503;
            default -> 500;
        };
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("type", "about:blank");
        members.put("title", status.getCode().name());
        members.put("status", httpStatus);
        members.put("detail", String.valueOf(status.getDescription()));
        members.put("code", status.getCode().name());
        com.google.rpc.Status details = StatusProto.fromThrowable(thrown);
        if (details != null) {
            details.getDetailsList().forEach(detail -> addDetail(members, detail));
        }
        return new StreamProblem(httpStatus, members);
    }

    /** Returns the problem with the time after which a client may try again. */
    StreamProblem withRetryAfter(long seconds) {
        Map<String, Object> more = new LinkedHashMap<>(members);
        more.put(RETRY_AFTER, seconds);
        return new StreamProblem(httpStatus, more);
    }

    private static void addDetail(Map<String, Object> members, Any detail) {
        try {
            if (detail.is(RetryInfo.class)) {
                Duration delay = detail.unpack(RetryInfo.class).getRetryDelay();
                members.put(RETRY_AFTER, delay.getSeconds() + (delay.getNanos() > 0 ? 1 : 0));
            } else if (detail.is(BadRequest.class)) {
                members.put(
                        "field",
                        detail.unpack(BadRequest.class).getFieldViolations(0).getField());
            }
        } catch (InvalidProtocolBufferException ours) {
            throw new IllegalStateException(ours);
        }
    }

    /** Answers with the problem. */
    void send(HttpServletResponse response) throws IOException {
        response.setStatus(httpStatus);
        response.setContentType("application/problem+json");
        if (httpStatus == HttpServletResponse.SC_UNAUTHORIZED) {
            response.setHeader("WWW-Authenticate", "Bearer");
        }
        if (members.get(RETRY_AFTER) != null) {
            response.setHeader("Retry-After", members.get(RETRY_AFTER).toString());
        }
        response.getOutputStream().write(JsonMapper.shared().writeValueAsBytes(members));
    }
}
