package dev.waystate.server.calls;

import io.grpc.Status;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.stereotype.Component;

/** Counts in {@code waystate.limits.refused} what was refused or ended, by limit. */
@Component
public class RefusalCounts {

    private static final String METER = "waystate.limits.refused";

    private final MeterRegistry meters;

    public RefusalCounts(MeterRegistry meters) {
        this.meters = meters;
    }

    /** @param limit the property's last part: one of a fixed few, since each is a time series of its own */
    public void refused(String limit) {
        meters.counter(METER, "limit", limit).increment();
    }

    /** Counts a call that is ended for a limit, and returns the status with the text for its client. */
    public Status reached(String limit, Status status) {
        refused(limit);
        return status.withDescription("The server's limit waystate.limits." + limit + " has been reached");
    }
}
