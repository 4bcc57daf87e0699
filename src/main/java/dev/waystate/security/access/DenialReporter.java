package dev.waystate.security.access;

import dev.waystate.server.logging.LogText;
import io.grpc.Status;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Gives refused calls their status, in the same words whatever was wrong. The reasons are counted, and logged in at
 * most ten lines in ten seconds.
 */
@Component
class DenialReporter {

    private static final Logger log = LoggerFactory.getLogger(DenialReporter.class);

    private static final Status UNAUTHENTICATED =
            Status.UNAUTHENTICATED.withDescription("Expected a credential that is valid here");
    private static final Status PERMISSION_DENIED =
            Status.PERMISSION_DENIED.withDescription("Expected a caller that may do this");
    private static final Status UNAVAILABLE =
            Status.UNAVAILABLE.withDescription("No credential can be checked now: try again later");

    private static final int LINES_A_PERIOD = 10;
    private static final Duration PERIOD = Duration.ofSeconds(10);

    private final Map<DenialReason, Counter> counters = new EnumMap<>(DenialReason.class);
    private long periodStart = System.nanoTime();
    private int inPeriod;

    DenialReporter(MeterRegistry meters) {
        for (DenialReason reason : DenialReason.values()) {
            counters.put(
                    reason,
                    Counter.builder("waystate.security.refusals")
                            .description("Calls that were refused, or ended, for want of a credential or permission")
                            .tag("reason", reason.toString())
                            .register(meters));
        }
    }

    /**
     * Returns the status of a call that is refused.
     *
     * @param who what is known of the caller
     */
    Status deny(DenialReason reason, String method, String who) {
        report(reason, method, who);
        return switch (reason) {
            case NO_PERMISSION, FOREIGN_SOURCE -> PERMISSION_DENIED;
            case NO_KEYS, BUSY -> UNAVAILABLE;
            default -> UNAUTHENTICATED;
        };
    }

    /** Counts and logs a call that is refused. */
    void report(DenialReason reason, String method, String who) {
        counters.get(reason).increment();
        log(reason, method, who);
    }

    private synchronized void log(DenialReason reason, String method, String who) {
        long now = System.nanoTime();
        if (now - periodStart > PERIOD.toNanos()) {
            if (inPeriod > LINES_A_PERIOD) {
                log.info("Refused another {} calls", inPeriod - LINES_A_PERIOD);
            }
            periodStart = now;
            inPeriod = 0;
        }
        inPeriod++;
        if (inPeriod <= LINES_A_PERIOD) {
            log.info("Refused {} of {}: {}", method, LogText.quote(who), reason);
        }
    }
}
