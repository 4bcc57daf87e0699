package dev.waystate.server.calls;

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
}
