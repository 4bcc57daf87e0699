package dev.waystate.server.limits;

import dev.waystate.server.calls.CallerName;
import dev.waystate.server.calls.Limit;
import dev.waystate.server.calls.LimitCounts;
import dev.waystate.server.status.TryLaterException;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCall.Listener;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.time.Duration;
import net.devh.boot.grpc.server.interceptor.GrpcGlobalServerInterceptor;

/** Refuses calls beyond a caller's rate. A caller is known by its authenticated name, else by its network. */
@GrpcGlobalServerInterceptor
public class CallerRate implements ServerInterceptor {

    private final ClientRate rate;
    private final LimitCounts refusals;

    CallerRate(LimitsProperties limits, LimitCounts refusals) {
        this.rate = new ClientRate(limits.callerRate(), limits.callerBurst());
        this.refusals = refusals;
    }

    @Override
    public <ReqT, RespT> Listener<ReqT> interceptCall(
            ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
        if (rate.isOn()) {
            String name = CallerName.CURRENT.get();
            count(name != null ? name : ClientRate.network(call.getAttributes()));
        }
        return next.startCall(call, headers);
    }

    /**
     * Counts a call.
     *
     * @param caller the authenticated name, else the network
     * @throws TryLaterException if there are too many
     */
    public void count(Object caller) {
        Duration delay = rate.take(caller);
        if (!delay.isZero()) {
            refusals.refused(Limit.CALLER_RATE);
            throw new TryLaterException("More calls than one caller may make: try again later", delay);
        }
    }
}
