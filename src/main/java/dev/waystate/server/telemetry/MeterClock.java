package dev.waystate.server.telemetry;

import dev.waystate.server.lifecycle.Scheduler;
import io.micrometer.core.instrument.Clock;
import java.time.Duration;
import org.springframework.stereotype.Component;

/**
 * The clock of the meters. Every call is recorded by several meters, and each asks twice whether a minute is over. So
 * this clock moves ten times a second, and to read it costs next to nothing.
 */
@Component
class MeterClock implements Clock {

    private static final Duration INTERVAL = Duration.ofMillis(100);

    private volatile long wallTime = System.currentTimeMillis();

    MeterClock(Scheduler scheduler) {
        scheduler.every("meter-clock", INTERVAL, () -> wallTime = System.currentTimeMillis());
    }

    @Override
    public long wallTime() {
        return wallTime;
    }

    @Override
    public long monotonicTime() {
        return System.nanoTime();
    }
}
