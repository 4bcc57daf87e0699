package dev.waystate.server.status;

import com.google.protobuf.Duration;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import java.util.Map;

/** Details of an error that a client can act on. */
public final class ErrorDetails {

    /** The domain of the reasons in ErrorInfo. */
    private static final String DOMAIN = "waystate.dev";

    private ErrorDetails() {}

    /** Returns why a call failed, with one value. */
    public static ErrorInfo reason(String reason, String key, long value) {
        return reason(reason, Map.of(key, Long.toString(value)));
    }

    /** Returns why a call failed, with its values. */
    public static ErrorInfo reason(String reason, Map<String, String> values) {
        return ErrorInfo.newBuilder()
                .setDomain(DOMAIN)
                .setReason(reason)
                .putAllMetadata(values)
                .build();
    }

    /** Returns how long the client should wait before it tries again. */
    public static RetryInfo retryAfter(java.time.Duration delay) {
        return RetryInfo.newBuilder()
                .setRetryDelay(
                        Duration.newBuilder().setSeconds(delay.toSeconds()).setNanos(delay.toNanosPart()))
                .build();
    }
}
