package dev.waystate.statelog.local;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A machine whose clock is set, and whose time goes by, as a test wants. */
final class TestTimes {

    private record Reading(Instant wall, long nanos, long uptime) {}

    private volatile Reading now;
    private volatile String boot = "first";

    /** A thread may be held up when it has read the time that goes by: the clock shows it what it has shown then. */
    private final ThreadLocal<Reading> read = new ThreadLocal<>();

    TestTimes(Instant wall) {
        now = new Reading(wall, 0, 0);
    }

    TimeSources sources() {
        return new TimeSources(new WallClock(), this::readNanos, () -> new Uptime(boot, now.uptime()));
    }

    private long readNanos() {
        read.set(now);
        return read.get().nanos();
    }

    /** Time goes by, and the clock shows it. */
    void pass(Duration time) {
        now = new Reading(wall().plus(time), now.nanos() + time.toNanos(), now.uptime() + time.toNanos());
    }

    /** The machine sleeps: its clock and the time that it has been up go on. */
    void sleep(Duration time) {
        now = new Reading(wall().plus(time), now.nanos(), now.uptime() + time.toNanos());
    }

    /** Somebody sets the clock. */
    void set(String time) {
        set(Instant.parse(time));
    }

    void set(Instant time) {
        now = new Reading(time, now.nanos(), now.uptime());
    }

    void reboot() {
        boot += " again";
        now = new Reading(wall(), 0, 0);
    }

    Instant wall() {
        return now.wall();
    }

    private final class WallClock extends Clock {

        @Override
        public Instant instant() {
            return read.get().wall();
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
