package dev.waystate.statelog.local;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A machine whose clock is set, and whose time goes by, as a test wants. */
final class TestTimes {

    private static final Duration STEP = Duration.ofMillis(500);

    private volatile Instant wall;
    private volatile long nanos;
    private volatile String boot = "first";

    TestTimes(Instant wall) {
        this.wall = wall;
    }

    TimeSources sources() {
        return new TimeSources(new WallClock(), () -> nanos, () -> new Uptime(boot, nanos));
    }

    /** Time goes by, and the clock shows it: in small steps, so that who looks in between sees no clock that was set. */
    void pass(Duration time) {
        Instant end = wall.plus(time);
        while (wall.isBefore(end)) {
            Duration left = Duration.between(wall, end);
            Duration step = left.compareTo(STEP) < 0 ? left : STEP;
            nanos += step.toNanos();
            wall = wall.plus(step);
        }
    }

    /** Somebody sets the clock. */
    void set(String time) {
        wall = Instant.parse(time);
    }

    void set(Instant time) {
        wall = time;
    }

    void reboot() {
        boot += " again";
        nanos = 0;
    }

    Instant wall() {
        return wall;
    }

    private final class WallClock extends Clock {

        @Override
        public Instant instant() {
            return wall;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }
    }
}
