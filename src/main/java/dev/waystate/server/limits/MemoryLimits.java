package dev.waystate.server.limits;

import dev.waystate.server.CallPolicy;
import dev.waystate.server.MemoryBudget;
import dev.waystate.server.MemoryBudgets;
import dev.waystate.server.OpenCall;
import dev.waystate.server.RefusalCounts;
import io.grpc.Status;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToLongFunction;
import org.springframework.stereotype.Component;

/**
 * Ends the calls that hold most memory while all together hold more than they may: of those that hold about as much, the
 * ones that have been open for longest. Messages that are meant to arrive, and answers that are taken, do so in far less time.
 */
@Component
class MemoryLimits implements CallPolicy {

    private final MemoryBudgets budgets;
    private final RefusalCounts refusals;

    MemoryLimits(MemoryBudgets budgets, RefusalCounts refusals, MeterRegistry meters) {
        this.budgets = budgets;
        this.refusals = refusals;
        gauge("arriving", budgets.arriving(), meters);
        gauge("pending", budgets.pending(), meters);
        gauge("leaving", budgets.leaving(), meters);
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
    public void check(Collection<OpenCall> calls) {
        endLargest(calls, budgets.arriving(), OpenCall::inboundHeld, "inbound-memory");
        endLargest(calls, budgets.leaving(), OpenCall::outboundHeld, "outbound-memory");
    }

    private void endLargest(
            Collection<OpenCall> calls, MemoryBudget budget, ToLongFunction<OpenCall> held, String limit) {
        long excess = budget.held() - budget.limit();
        if (excess <= 0) {
            return;
        }
        // What a call holds changes meanwhile, and a sort must not see that.
        List<Holder> largestFirst = calls.stream()
                .map(call -> new Holder(call, held.applyAsLong(call)))
                .filter(holder -> holder.bytes > 0)
                .sorted(Comparator.comparingInt(Holder::magnitude)
                        .reversed()
                        .thenComparingLong(holder -> holder.call.openedAt()))
                .toList();
        for (Holder holder : largestFirst) {
            if (excess <= 0) {
                return;
            }
            excess -= holder.bytes;
            refusals.refused(limit);
            holder.call.endAndDrop(Status.RESOURCE_EXHAUSTED.withDescription(
                    "The server's limit waystate.limits." + limit + " has been reached"));
        }
    }

    private record Holder(OpenCall call, long bytes) {

        int magnitude() {
            return Long.SIZE - Long.numberOfLeadingZeros(bytes);
        }
    }
}
