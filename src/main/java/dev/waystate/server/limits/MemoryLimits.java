package dev.waystate.server.limits;

import dev.waystate.server.calls.CallPolicy;
import dev.waystate.server.calls.Limit;
import dev.waystate.server.calls.LimitCounts;
import dev.waystate.server.calls.OpenCall;
import dev.waystate.server.memory.MemoryBudget;
import dev.waystate.server.memory.MemoryBudgets;
import io.grpc.Status;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.springframework.context.annotation.Bean;
import org.springframework.stereotype.Component;

/**
 * Ends calls while all together hold more than they may. A call stands still if for 300 ms no message has begun or
 * ended arriving or, where answers take too much, if its client has taken none.
 *
 * <p>Connections that hold no more than an equal share of the limit lose no calls. Of the calls of the others, those
 * that stand still are ended first; among them, those of the connections that hold most; among connections that hold
 * about as much, those that have stood still for longest.
 */
@Component
class MemoryLimits implements CallPolicy {

    private static final Duration STANDSTILL = Duration.ofMillis(300);

    private final MemoryBudgets budgets;
    private final LimitCounts refusals;

    MemoryLimits(MemoryBudgets budgets, LimitCounts refusals, MeterRegistry meters) {
        this.budgets = budgets;
        this.refusals = refusals;
        gauge("arriving", budgets.arriving(), meters);
        gauge("pending", budgets.pending(), meters);
        gauge("leaving", budgets.leaving(), meters);
    }

    @Bean
    static MemoryBudgets memoryBudgets(LimitsProperties limits) {
        return MemoryBudgets.of(
                limits.inboundMemory().toBytes(),
                limits.outboundMemory().toBytes(),
                limits.messageSize().toBytes());
    }

    private static void gauge(String part, MemoryBudget budget, MeterRegistry meters) {
        Gauge.builder("waystate.memory.held", budget, MemoryBudget::held)
                .description("What the calls of all clients hold of the server's memory")
                .baseUnit("bytes")
                .tag("part", part)
                .register(meters);
        Gauge.builder("waystate.memory.limit", budget, MemoryBudget::limit)
                .description("What the calls of all clients may hold of the server's memory")
                .baseUnit("bytes")
                .tag("part", part)
                .register(meters);
    }

    @Override
    public void checkAll(Collection<OpenCall> calls, long now) {
        long since = now - STANDSTILL.toNanos();
        endStuck(
                calls, since, budgets.arriving(), Limit.INBOUND_MEMORY, OpenCall::inboundHeld, MemoryLimits::arrivedAt);
        endStuck(
                calls,
                since,
                budgets.leaving(),
                Limit.OUTBOUND_MEMORY,
                OpenCall::outboundHeld,
                OpenCall::outboundTakenAt);
    }

    private static long arrivedAt(OpenCall call) {
        return Math.max(call.messageBegunAt(), call.messageEndedAt());
    }

    private void endStuck(
            Collection<OpenCall> calls,
            long movingSince,
            MemoryBudget budget,
            Limit limit,
            ToLongFunction<OpenCall> held,
            ToLongFunction<OpenCall> movedAt) {
        long excess = budget.held() - budget.limit();
        if (excess <= 0) {
            return;
        }
        long leaving =
                calls.stream().filter(OpenCall::isDropped).mapToLong(held).sum();
        List<Holder<OpenCall>> holders = calls.stream()
                .filter(call -> !call.isDropped())
                .filter(OpenCall::hasThread) // others are calls of the HTTP port, which has its own limits
                .map(call -> new Holder<>(call, call.connection(), held.applyAsLong(call), movedAt.applyAsLong(call)))
                .filter(holder -> holder.bytes > 0)
                .toList();
        toEnd(holders, budget.limit(), excess - leaving, movingSince)
                .forEach(call -> call.endAndDrop(refusals.reached(limit, Status.RESOURCE_EXHAUSTED)));
    }

    /** Returns the calls to end, so that all together hold no more than they may. */
    static <C> List<C> toEnd(List<Holder<C>> holders, long limit, long excess, long movingSince) {
        Map<Object, Long> heldOnConnection = holders.stream()
                .collect(Collectors.groupingBy(Holder::connection, Collectors.summingLong(Holder::bytes)));
        long fairShare = limit / Math.max(1, heldOnConnection.size());
        List<Holder<C>> ofMoreThanAFairShare = holders.stream()
                .filter(holder -> heldOnConnection.get(holder.connection) > fairShare)
                .sorted(Comparator.comparing((Holder<C> holder) -> holder.movedAt > movingSince)
                        .thenComparing(holder -> -magnitude(heldOnConnection.get(holder.connection)))
                        .thenComparingLong(Holder::movedAt))
                .toList();
        List<C> ended = new ArrayList<>();
        long left = excess;
        for (Holder<C> holder : ofMoreThanAFairShare) {
            if (left <= 0) {
                break;
            }
            left -= holder.bytes;
            ended.add(holder.call);
        }
        return ended;
    }

    private static int magnitude(long bytes) {
        return Long.SIZE - Long.numberOfLeadingZeros(bytes);
    }

    /** A call as it was at one moment: it changes meanwhile, and a sort must not see that. */
    record Holder<C>(C call, Object connection, long bytes, long movedAt) {}
}
