package dev.waystate.server.limits;

import dev.waystate.server.calls.CallPolicy;
import dev.waystate.server.calls.Limit;
import dev.waystate.server.calls.LimitCounts;
import dev.waystate.server.calls.OpenCall;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Ends calls that take too long, or whose clients keep the server waiting. */
@Component
class CallTimes implements CallPolicy {

    private final LimitsProperties limits;
    private final LimitCounts refusals;

    CallTimes(LimitsProperties limits, LimitCounts refusals) {
        this.limits = limits;
        this.refusals = refusals;
    }

    @Override
    public void check(OpenCall call, long now) {
        Limit exceeded = exceeded(call, now);
        if (exceeded != null) {
            call.end(refusals.reached(exceeded, Status.DEADLINE_EXCEEDED));
        }
    }

    private @Nullable Limit exceeded(OpenCall call, long now) {
        MethodType type = call.type();
        boolean oneRequest = type == MethodType.UNARY
                || type == MethodType.UNKNOWN
                || type.clientSendsOneMessage() && !call.hasRequestEnded();
        if (oneRequest && isLonger(call.openedAt(), limits.unaryDeadline(), now)) {
            return Limit.UNARY_DEADLINE;
        }
        if (isLonger(call.messageBegunAt(), limits.messageTimeout(), now)) {
            return Limit.MESSAGE_TIMEOUT;
        }
        if (!call.hasRequestEnded() && isLonger(call.messageEndedAt(), limits.senderStallTimeout(), now)) {
            return Limit.SENDER_STALL_TIMEOUT;
        }
        return isLonger(call.blockedSince(), limits.readerStallTimeout(), now) ? Limit.READER_STALL_TIMEOUT : null;
    }

    private static boolean isLonger(long since, Duration limit, long now) {
        return since != OpenCall.NEVER && !limit.isZero() && now - since > TimeUnit.NANOSECONDS.convert(limit);
    }
}
