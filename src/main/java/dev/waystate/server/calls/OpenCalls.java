package dev.waystate.server.calls;

import dev.waystate.server.lifecycle.FailStop;
import dev.waystate.server.lifecycle.Scheduler;
import dev.waystate.server.memory.MemoryBudgets;
import dev.waystate.server.telemetry.CallObserver;
import io.grpc.Metadata;
import io.grpc.ServerBuilder;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.ChannelPipeline;
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
 * The open calls, from their first byte until their last has left. One task checks all of them ten times a second, and
 * within milliseconds when too much has arrived. A timer for each call would cost every call, and hardly any would
 * fire.
 */
@Component
public class OpenCalls extends ServerStreamTracer.Factory implements GrpcServerConfigurer {

    private static final Duration INTERVAL = Duration.ofMillis(100);

    /** How soon calls are checked when too much has arrived. In a longer time a network brings many times the limit. */
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
    private final HandshakeLog handshakes = new HandshakeLog();

    /** The connection of the calls from the process itself. */
    private final ClientConnection inProcess;

    private long checkedAtNanos = System.nanoTime();
    private volatile long now = INTERVAL.toNanos(); // not OpenCall.NEVER

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
        memory.arriving().onExceeded(this::checkSoon); // answers may be too many for a moment, since clients take them
    }

    @Override
    public void accept(ServerBuilder<?> server) {
        server.addStreamTracerFactory(this);
    }

    /** Adds the first handlers of a new connection. Without them, what the connection's calls hold is not counted. */
    public void addConnection(ChannelPipeline pipeline) {
        ClientConnection connection = new ClientConnection(memory, refusals, failStop);
        pipeline.addFirst(handshakes, new ReadTurn(connection::awaitsRequest), connection);
    }

    @Override
    public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
        ClientConnection connection = ClientConnection.current();
        OpenCall call = new OpenCall(this, connection == null ? inProcess : connection, method, headers);
        calls.add(call);
        return call;
    }

    /**
     * Returns the calls that are open, a view that follows them. Those that the server has closed are among them until
     * their clients have ended them, too.
     */
    public Collection<OpenCall> all() {
        return Collections.unmodifiableSet(calls);
    }

    CallObserver[] observers() {
        return observers;
    }

    /** Forgets a call. Returns false if that has been done. */
    boolean remove(OpenCall call) {
        return calls.remove(call);
    }

    /**
     * Returns how long the server has been at work, in nanoseconds. The clock stands still while the process does, so
     * that calls which come after a pause do not seem to have come before it. It moves ten times a second.
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
        calls.forEach(this::check);
        policies.forEach(policy -> policy.checkAll(all(), now));
    }

    /** Ends a call that cannot be looked at, whose limits nobody would keep. */
    private void check(OpenCall call) {
        if (call.isClosed()) {
            return; // its client has yet to end it
        }
        try {
            call.check();
            for (CallPolicy policy : policies) {
                if (!call.isEnded()) {
                    policy.check(call, now);
                }
            }
        } catch (RuntimeException problem) {
            call.end(Status.UNKNOWN.withCause(problem)); // which is logged, and INTERNAL to its client
        }
    }
}
