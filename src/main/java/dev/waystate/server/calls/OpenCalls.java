package dev.waystate.server.calls;

import dev.waystate.server.lifecycle.FailStop;
import dev.waystate.server.lifecycle.Scheduler;
import io.grpc.Attributes;
import io.grpc.Metadata;
import io.grpc.ServerBuilder;
import io.grpc.ServerStreamTracer;
import io.grpc.ServerTransportFilter;
import io.netty.channel.ChannelHandler;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import net.devh.boot.grpc.server.serverfactory.GrpcServerConfigurer;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;

/**
 * The calls that are open, from their first byte until their last has left. One task looks at all of them ten times a
 * second: a timer for each would cost every call, though hardly any comes to it.
 */
@Component
public class OpenCalls extends ServerStreamTracer.Factory implements GrpcServerConfigurer {

    static final Duration INTERVAL = Duration.ofMillis(100);

    private final Set<OpenCall> calls = ConcurrentHashMap.newKeySet();
    private final MemoryBudgets memory;
    private final RefusalCounts refusals;
    private final FailStop failStop;
    private final Scheduler scheduler;
    private final ObjectProvider<CallPolicy> policies;
    private final AtomicBoolean started = new AtomicBoolean();

    private long checkedAtNanos = System.nanoTime();
    private volatile long now;

    /** @param policies are asked in their order */
    public OpenCalls(
            MemoryBudgets memory,
            RefusalCounts refusals,
            FailStop failStop,
            Scheduler scheduler,
            ObjectProvider<CallPolicy> policies) {
        this.memory = memory;
        this.refusals = refusals;
        this.failStop = failStop;
        this.scheduler = scheduler;
        this.policies = policies;
    }

    @Override
    public void accept(ServerBuilder<?> server) {
        if (started.compareAndSet(false, true)) {
            List<CallPolicy> ordered = policies.orderedStream().toList();
            scheduler.every("open-calls", INTERVAL, () -> check(ordered));
        }
        server.addStreamTracerFactory(this);
        server.addTransportFilter(new ServerTransportFilter() {
            @Override
            public Attributes transportReady(Attributes attributes) {
                ClientConnection.ready();
                return attributes;
            }
        });
    }

    /** Returns what has to be the first handler of each connection, or what its calls hold is not counted. */
    public ChannelHandler newConnection() {
        return new ClientConnection(memory, refusals, failStop);
    }

    @Override
    public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
        OpenCall call = new OpenCall(this, ClientConnection.current());
        calls.add(call);
        return call;
    }

    /** Returns the calls that are open, a view that follows them. */
    public Collection<OpenCall> all() {
        return Collections.unmodifiableSet(calls);
    }

    void closed(OpenCall call) {
        calls.remove(call);
    }

    /**
     * Returns how long the server has been at work, in nanoseconds: a clock that stands still with the server, so that
     * calls which come after a pause do not seem to have come before it. It moves ten times a second.
     */
    public long now() {
        return now;
    }

    private void check(List<CallPolicy> ordered) {
        long checked = System.nanoTime();
        now += Math.min(checked - checkedAtNanos, 2 * INTERVAL.toNanos());
        checkedAtNanos = checked;
        calls.forEach(OpenCall::check);
        ordered.forEach(policy -> policy.check(all()));
    }
}
