package dev.waystate.statelog.local;

import dev.waystate.statelog.Report;
import dev.waystate.statelog.view.ClockTable.Anchor;
import dev.waystate.statelog.view.ClockTable.Step;
import dev.waystate.statelog.view.Timestamps;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The clock that gives records their times: the machine's, as far as it can be believed. What it promises:
 *
 * <ul>
 *   <li>It never goes back, in a process and from one to the next.
 *   <li>One step of the machine's clock carries it at most a day ahead of the time that has gone by; a step that is
 *       larger is not believed, and the log's clock goes on with the time that goes by, with a warning each minute, until
 *       the machine's clock is within a day of it again. From one process to the next the same holds where the system
 *       says how long it has been up. Where it does not, or was started anew, a year is believed.
 *   <li>When the machine's clock was set back by up to a day, the log's runs at half its speed until both agree.
 *   <li>A new log, and one that was restored, believe the machine's clock at their first start, and a log whose clock is
 *       before 2025 believes any later one: a machine's clock begins there before it is set.
 *   <li>Where the system says how long it has been up, the time that it has slept is time that has gone by.
 *   <li>No record becomes older by a step: {@link #keptFrom} counts the time that has gone by. The time between two
 *       boots of the machine does not count, since nothing says how long it was.
 * </ul>
 *
 * <p>Used by the writer's thread alone, but for {@link #present}.
 */
final class LogClock {

    private static final Logger log = LoggerFactory.getLogger(LogClock.class);

    private static final long NANOS_PER_SECOND = 1_000_000_000;

    /** The largest difference that is corrected without a step. */
    private static final long MAX_DRIFT = NANOS_PER_SECOND;

    private static final long MAX_STEP = 86_400 * NANOS_PER_SECOND;
    private static final long MAX_TIME_OFF = 366 * MAX_STEP;

    /** Steps within this time are kept as one, the last. */
    private static final long STEP_APART = 3_600 * NANOS_PER_SECOND;

    private static final long NOT_SET_BEFORE = Timestamps.toNanos(Instant.parse("2025-01-01T00:00:00Z"));
    private static final long LATEST = Timestamps.toNanos(Report.LATEST_TIME_EXCLUSIVE);
    private static final long WARNING_PAUSE = 60 * NANOS_PER_SECOND;

    /** @param nanoTime the {@link System#nanoTime} at which it was that time */
    private record Reading(long time, long nanoTime) {}

    private final TimeSources sources;
    private final List<Step> steps;
    private long time;
    private long readAt;

    /** The time and when it was read, for other threads. */
    private volatile Reading last;

    /** How long the machine had been up at 0 of the time that goes by; it grows while the machine sleeps. */
    private Uptime begun;

    private @Nullable Long warnedAt;
    private boolean changed = true;

    /**
     * @param anchor where the clock was when it was saved last; null to believe the machine's
     * @param steps those that were saved
     * @param lastRecordedAt the time of the newest record, 0 when there is none
     */
    LogClock(TimeSources sources, @Nullable Anchor anchor, List<Step> steps, long lastRecordedAt) {
        this.sources = sources;
        this.steps = new ArrayList<>(steps);
        this.readAt = sources.nanoTime().getAsLong();
        this.begun = begun();
        if (anchor != null) {
            start(
                    anchor,
                    Math.max(anchor.recordedAt(), lastRecordedAt),
                    sources.uptime().get());
        } else if (lastRecordedAt == 0) {
            time = wall();
        } else {
            time = lastRecordedAt;
            follow(0, LATEST);
        }
        last = new Reading(time, readAt);
    }

    private void start(Anchor anchor, long lastTime, Uptime now) {
        long elapsed = now.nanos() - anchor.uptime();
        if (!now.boot().isEmpty() && now.boot().equals(anchor.boot()) && elapsed >= 0) {
            time = anchor.recordedAt();
            follow(elapsed, MAX_STEP);
            time = Math.max(time, lastTime);
        } else {
            time = lastTime;
            follow(0, MAX_TIME_OFF);
        }
    }

    /** Returns the time in nanoseconds since 1970. */
    long now() {
        long nanoTime = sources.nanoTime().getAsLong();
        long elapsed = nanoTime - readAt;
        readAt = nanoTime;
        if (wall() - (time + elapsed) > MAX_DRIFT) {
            elapsed += slept();
        }
        follow(elapsed, MAX_STEP);
        last = new Reading(time, readAt);
        return time;
    }

    /** Returns how long the machine has slept since this was asked: that does not count as time that goes by. */
    private long slept() {
        Uptime before = begun;
        begun = begun();
        return begun.boot().equals(before.boot()) ? Math.max(0, begun.nanos() - before.nanos()) : 0;
    }

    private Uptime begun() {
        Uptime now = sources.uptime().get();
        return new Uptime(now.boot(), now.nanos() - readAt);
    }

    /** Returns the time as {@link #now} would, and leaves the clock as it is. Any thread may ask. */
    Instant present() {
        Reading from = last;
        long elapsed = sources.nanoTime().getAsLong() - from.nanoTime();
        return Timestamps.fromNanos(moved(from.time(), elapsed, wall(), MAX_STEP));
    }

    /** Returns the time from which on records are younger than an age. */
    long keptFrom(Duration age) {
        long from = now() - TimeUnit.NANOSECONDS.convert(age);
        for (int i = steps.size() - 1; i >= 0 && from < steps.get(i).recordedAt(); i--) {
            from -= steps.get(i).nanos();
        }
        return from;
    }

    /** Returns whether there is something to save. */
    boolean isChanged() {
        return changed;
    }

    /** Returns where the clock is now, to be saved. */
    Anchor anchor() {
        Uptime uptime = sources.uptime().get();
        return new Anchor(time, uptime.boot(), uptime.nanos());
    }

    /** Returns the steps, to be saved. */
    List<Step> steps() {
        return steps;
    }

    void saved() {
        changed = false;
    }

    private void follow(long elapsed, long maxStep) {
        long wall = wall();
        long ahead = wall - (time + elapsed);
        boolean believed = isBelieved(ahead, time, maxStep);
        if (believed && ahead > MAX_DRIFT) {
            addStep(new Step(wall, ahead));
        }
        time = moved(time, elapsed, wall, maxStep);
        if (believed) {
            noteAgreement();
        } else {
            warn(wall);
        }
    }

    private static boolean isBelieved(long ahead, long time, long maxStep) {
        return ahead >= -MAX_STEP && (ahead <= maxStep || time < NOT_SET_BEFORE);
    }

    /** Returns what the clock shows some time after it showed another time. */
    private static long moved(long time, long elapsed, long wall, long maxStep) {
        if (!isBelieved(wall - (time + elapsed), time, maxStep)) {
            return time + elapsed;
        }
        return wall >= time ? wall : time + elapsed / 2;
    }

    private void addStep(Step step) {
        Step last = steps.isEmpty() ? null : steps.get(steps.size() - 1);
        if (last != null && step.recordedAt() - last.recordedAt() < STEP_APART) {
            steps.remove(last);
            steps.add(new Step(step.recordedAt(), step.nanos() + last.nanos()));
        } else {
            steps.add(step);
        }
        changed = true;
    }

    private long wall() {
        Instant now = sources.wall().instant();
        return now.isBefore(Instant.EPOCH)
                ? 0
                : now.isAfter(Timestamps.fromNanos(LATEST)) ? LATEST : Timestamps.toNanos(now);
    }

    private void warn(long wall) {
        if (warnedAt == null || readAt - warnedAt >= WARNING_PAUSE) {
            warnedAt = readAt;
            log.warn(
                    "The machine's clock shows {}, but by the time that has gone by it is {}: records go on with the"
                            + " latter until the clock is set",
                    Timestamps.fromNanos(wall),
                    Timestamps.fromNanos(time));
        }
    }

    private void noteAgreement() {
        if (warnedAt != null) {
            warnedAt = null;
            log.info("The machine's clock agrees with the state log's again");
        }
    }
}
