package dev.waystate.server.limits;

import io.grpc.Metadata;
import io.grpc.ServerBuilder;
import io.grpc.ServerCall;
import io.grpc.ServerCall.Listener;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerStreamTracer;
import jakarta.annotation.PreDestroy;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import net.devh.boot.grpc.server.interceptor.GrpcGlobalServerInterceptor;
import net.devh.boot.grpc.server.serverfactory.GrpcServerConfigurer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends calls that take too long, or whose clients keep the server waiting, and those that hold memory meanwhile when it
 * gets scarce. One thread looks at all open calls ten times a second: a timer for each would cost every call, though
 * hardly any comes to it.
 */
@GrpcGlobalServerInterceptor
class CallTimes extends ServerStreamTracer.Factory implements GrpcServerConfigurer, ServerInterceptor {

    private static final Logger log = LoggerFactory.getLogger(CallTimes.class);

    private static final Duration INTERVAL = Duration.ofMillis(100);

    private final LimitsProperties limits;
    private final RefusalCounts refusals;
    private final Set<TimedCall> openCalls = ConcurrentHashMap.newKeySet();
    private final ScheduledThreadPoolExecutor timer;

    private long checkedAtNanos = System.nanoTime();
    private volatile long now;

    CallTimes(LimitsProperties limits, RefusalCounts refusals) {
        this.limits = limits;
        this.refusals = refusals;
        timer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "call-times");
            thread.setDaemon(true);
            return thread;
        });
        timer.scheduleWithFixedDelay(this::checkCalls, INTERVAL.toMillis(), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void accept(ServerBuilder<?> server) {
        server.addStreamTracerFactory(this);
    }

    @Override
    public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
        return new TimedCall(this);
    }

    @Override
    public <ReqT, RespT> Listener<ReqT> interceptCall(
            ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
        TimedCall timed = TimedCall.current();
        timed.started(call);
        return timed.listener(next.startCall(call, headers));
    }

    void opened(TimedCall call) {
        openCalls.add(call);
    }

    void closed(TimedCall call) {
        openCalls.remove(call);
    }

    /**
     * Returns how long the server has been at work, in nanoseconds: a clock that stands still with the server, so that
     * calls which come after a pause do not seem to have come before it.
     */
    long now() {
        return now;
    }

    private void checkCalls() {
        long checked = System.nanoTime();
        now += Math.min(checked - checkedAtNanos, 2 * INTERVAL.toNanos());
        checkedAtNanos = checked;
        long unfinishedBytes = 0;
        for (TimedCall call : openCalls) {
            try {
                call.check(limits, refusals);
                unfinishedBytes += call.unfinishedBytes();
            } catch (RuntimeException | Error problem) {
                log.error("A call's times were not checked", problem); // and the others are
            }
        }
        long excess = unfinishedBytes - limits.unfinishedMessages().toBytes();
        if (excess > 0) {
            endUnfinished(excess);
        }
    }

    /** Messages that are meant to arrive do so soon: it is the old ones that fill the memory. */
    private void endUnfinished(long excess) {
        List<TimedCall> oldestFirst = openCalls.stream()
                .filter(call -> call.unfinishedBytes() > 0)
                .sorted(Comparator.comparingLong(TimedCall::messageBegunAt))
                .toList();
        long left = excess;
        for (TimedCall call : oldestFirst) {
            if (left <= 0) {
                return;
            }
            left -= call.unfinishedBytes();
            call.endUnfinished(refusals);
        }
    }

    @PreDestroy
    void close() {
        timer.shutdownNow();
    }
}
