package dev.waystate.server.calls;

import io.grpc.Status;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Map;
import org.springframework.stereotype.Component;

/** Counts in {@code waystate.limits.refused} the calls and connections that were refused or ended, by limit. */
@Component
public class LimitCounts {

    private final Map<Limit, Counter> counters = new EnumMap<>(Limit.class);

    public LimitCounts(MeterRegistry meters) {
        for (Limit limit : Limit.values()) {
            counters.put(
                    limit,
                    Counter.builder("waystate.limits.refused")
                            .description("Calls and connections that were refused, or ended, for a limit")
                            .tag("limit", limit.toString())
                            .register(meters));
        }
    }

    public void refused(Limit limit) {
        counters.get(limit).increment();
    }

    /** Counts a call that is ended for a limit, and returns the status with the text for its client. */
    public Status reached(Limit limit, Status status) {
        refused(limit);
        return status.withDescription("The server's limit waystate.limits." + limit + " has been reached");
    }
}
