package dev.waystate.server.calls;

import dev.waystate.server.lifecycle.FailStop;
import dev.waystate.server.lifecycle.Scheduler;
import dev.waystate.server.memory.MemoryBudgets;
import dev.waystate.server.telemetry.CallObserver;
import io.grpc.Metadata;
import io.grpc.ServerBuilder;
import io.grpc.ServerStreamTracer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.ChannelHandler;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import net.devh.boot.grpc.server.serverfactory.GrpcServerConfigurer;
import org.springframework.stereotype.Component;

/**
 * The calls that are open, from their first byte until their last has left. One task looks at all of them ten times a
 * second, and soon when too much has arrived: a timer for each would cost every call, though hardly any comes to it.
 */
@Component
public class OpenCalls extends ServerStreamTracer.Factory implements GrpcServerConfigurer {

    private static final Duration INTERVAL = Duration.ofMillis(100);

    /** Until calls are looked at when too much has arrived. Within a longer time a network brings many times the limit. */
    private static final Duration SOON = Duration.ofMillis(5);

    private static final String TASK = "open-calls";

    private final Set<OpenCall> calls = ConcurrentHashMap.newKeySet();
    private final MemoryBudgets memory;
    private final LimitCounts refusals;
    private final FailStop failStop;
    private final Scheduler scheduler;
    private final List<CallPolicy> policies;
    private final CallObserver[] observers;
    private final AtomicBoolean checksSoon = new AtomicBoolean();

    /** That of the calls from the process itself. */
    private final ClientConnection inProcess;

    private long checkedAtNanos = System.nanoTime();
    private volatile long now = INTERVAL.toNanos(); // OpenCall.NEVER is another time

    /** @param policies are asked in their order */
    OpenCalls(
            MemoryBudgets memory,
            LimitCounts refusals,
            FailStop failStop,
            Scheduler scheduler,
            List<CallPolicy> policies,
            List<CallObserver> observers,
            MeterRegistry meters) {
        this.memory = memory;
        this.refusals = refusals;
        this.failStop = failStop;
        this.scheduler = scheduler;
        this.policies = policies;
        this.observers = observers.toArray(CallObserver[]::new);
        this.inProcess = new ClientConnection(MemoryBudgets.UNLIMITED, refusals, failStop);
        Gauge.builder("waystate.calls.open", calls, Set::size)
                .description("gRPC calls that are open")
                .register(meters);
        scheduler.every(TASK, INTERVAL, this::check);
        memory.arriving().onExceeded(this::checkSoon); // what leaves is more for a moment, and taken
    }

    @Override
    public void accept(ServerBuilder<?> server) {
        server.addStreamTracerFactory(this);
    }

    /** Returns what has to be the first handler of each connection, or what its calls hold is not counted. */
    public ChannelHandler newConnection() {
        return new ClientConnection(memory, refusals, failStop);
    }

    @Override
    public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
        ClientConnection connection = ClientConnection.current();
        OpenCall call = new OpenCall(this, connection == null ? inProcess : connection, method, headers);
        calls.add(call);
        return call;
    }

    /** Returns the calls that are open, a view that follows them. */
    public Collection<OpenCall> all() {
        return Collections.unmodifiableSet(calls);
    }

    CallObserver[] observers() {
        return observers;
    }

    void closed(OpenCall call) {
        calls.remove(call);
    }

    /**
     * Returns how long the server has been at work, in nanoseconds: a clock that stands still with the server, so that
     * calls which come after a pause do not seem to have come before it. It moves ten times a second.
     */
    long now() {
        return now;
    }

    private void checkSoon() {
        if (checksSoon.compareAndSet(false, true)) {
            scheduler.after(TASK, SOON, () -> {
                checksSoon.set(false);
                check();
            });
        }
    }

    private synchronized void check() {
        long checked = System.nanoTime();
        now += Math.min(checked - checkedAtNanos, 2 * INTERVAL.toNanos());
        checkedAtNanos = checked;
        for (OpenCall call : calls) {
            call.check();
            for (CallPolicy policy : policies) {
                if (!call.isEnded()) {
                    policy.check(call, now);
                }
            }
        }
        policies.forEach(policy -> policy.checkAll(all(), now));
    }
}
