package dev.waystate.statelog.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waystate.statelog.view.ClockTable.Anchor;
import dev.waystate.statelog.view.ClockTable.Step;
import dev.waystate.statelog.view.Timestamps;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogClockTests {

    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration DAY = Duration.ofDays(1);

    private final TestTimes machine = new TestTimes(Instant.parse("2026-06-01T00:00:00Z"));
    private LogClock clock = new LogClock(machine.sources(), null, List.of(), 0);
    private Anchor saved = clock.anchor();
    private long lastRecordedAt;

    @Test
    void itFollowsAClockThatIsRight() {
        machine.pass(HOUR);
        assertThat(now()).isEqualTo("2026-06-01T01:00:00Z");
        restart();
        assertThat(now()).isEqualTo("2026-06-01T01:00:00Z");
    }

    @Test
    void aStepOfUpToADayIsFollowedAndMakesNothingOlder() {
        Instant before = now();
        machine.set("2026-06-01T23:00:00Z");
        assertThat(now()).isEqualTo("2026-06-01T23:00:00Z");
        assertThat(keptFrom(HOUR)).isBefore(before);
        machine.pass(HOUR.plusSeconds(1));
        assertThat(keptFrom(HOUR)).isAfter(before);
    }

    @Test
    void sleepIsTimeThatHasGoneBy() {
        machine.pass(HOUR);
        machine.sleep(Duration.ofHours(60));
        assertThat(now()).isEqualTo("2026-06-03T13:00:00Z");
        assertThat(keptFrom(HOUR)).isEqualTo("2026-06-03T12:00:00Z");
        machine.pass(HOUR);
        machine.sleep(HOUR);
        assertThat(keptFrom(HOUR)).isEqualTo("2026-06-03T14:00:00Z");
    }

    @Test
    void aClockThatIsSetDuringSleepIsBelievedByUpToADay() {
        machine.sleep(Duration.ofHours(60));
        machine.set("2026-06-04T00:00:00Z"); // twelve hours too many
        assertThat(now()).isEqualTo("2026-06-04T00:00:00Z");
        machine.sleep(Duration.ofHours(60));
        machine.set("2099-01-01T00:00:00Z");
        assertThat(now()).isEqualTo("2026-06-06T12:00:00Z");
    }

    @Test
    void aLargerStepIsNotBelievedUntilTheClockIsSetBack() {
        machine.set("2099-01-01T00:00:00Z");
        machine.pass(HOUR);
        assertThat(now()).isEqualTo("2026-06-01T01:00:00Z");
        assertThat(keptFrom(HOUR)).isEqualTo("2026-06-01T00:00:00Z");
        machine.set("2026-06-01T01:00:10Z");
        assertThat(now()).isEqualTo("2026-06-01T01:00:10Z");
    }

    @Test
    void aStartInAnotherCenturyIsNotBelievedAndOverWithIt() {
        machine.set("2099-01-01T00:00:00Z");
        machine.pass(HOUR);
        restart();
        assertThat(now()).isEqualTo("2026-06-01T01:00:00Z");
        machine.set("1970-01-01T00:00:00Z");
        machine.pass(HOUR);
        restart();
        assertThat(now()).isEqualTo("2026-06-01T02:00:00Z");
        assertThat(keptFrom(HOUR)).isEqualTo("2026-06-01T01:00:00Z");
        machine.set("2026-06-01T02:30:00Z");
        restart();
        assertThat(now()).isEqualTo("2026-06-01T02:30:00Z");
    }

    @Test
    void afterABootAYearIsBelievedAndMakesNothingOlder() {
        Instant before = now();
        machine.reboot();
        machine.set("2026-12-01T00:00:00Z");
        restart();
        assertThat(now()).isEqualTo("2026-12-01T00:00:00Z");
        assertThat(keptFrom(DAY)).isBefore(before);
        machine.pass(DAY.plusSeconds(1));
        assertThat(keptFrom(DAY)).isAfter(before);
    }

    @Test
    void afterABootMoreThanAYearIsNotBelieved() {
        now();
        machine.reboot();
        machine.set("2099-01-01T00:00:00Z");
        restart();
        machine.pass(HOUR);
        assertThat(now()).isEqualTo("2026-06-01T01:00:00Z");
        assertThat(keptFrom(HOUR)).isEqualTo("2026-06-01T00:00:00Z");
        machine.reboot();
        machine.set("1970-01-01T00:00:00Z");
        restart();
        machine.pass(HOUR);
        assertThat(now()).isEqualTo("2026-06-01T02:00:00Z");
    }

    @Test
    void aClockThatWasSetBackIsMetHalfWay() {
        machine.pass(HOUR);
        Instant before = now();
        machine.set("2026-06-01T00:00:00Z");
        assertThat(now()).isEqualTo(before);
        passMinutes(60);
        assertThat(now()).isEqualTo("2026-06-01T01:30:00Z");
        passMinutes(60);
        assertThat(now()).isEqualTo("2026-06-01T02:00:00Z");
        passMinutes(60);
        assertThat(now()).isEqualTo("2026-06-01T03:00:00Z");
    }

    private void passMinutes(int minutes) {
        for (int i = 0; i < minutes; i++) {
            machine.pass(Duration.ofMinutes(1));
            now();
        }
    }

    @Test
    void aNewLogStartsBeforeTheClockIsSet() {
        machine.set("1970-01-01T00:01:00Z");
        clock = new LogClock(machine.sources(), null, List.of(), 0);
        Instant before = now();
        assertThat(before).isEqualTo("1970-01-01T00:01:00Z");
        machine.set("2026-06-01T00:00:00Z");
        assertThat(now()).isEqualTo("2026-06-01T00:00:00Z");
        assertThat(keptFrom(DAY)).isBefore(before);
    }

    @Test
    void aRestoredLogBelievesTheClock() {
        long old = Timestamps.toNanos(Instant.parse("2011-01-01T00:00:00Z"));
        clock = new LogClock(machine.sources(), null, List.of(), old);
        assertThat(now()).isEqualTo("2026-06-01T00:00:00Z");
        assertThat(keptFrom(DAY)).isBefore("2011-01-01T00:00:00Z");
        machine.pass(DAY.plusSeconds(1));
        assertThat(keptFrom(DAY)).isAfter("2011-01-01T00:00:00Z");
    }

    @Test
    void manyStepsAreKeptAsAFew() {
        for (int i = 0; i < 1_000; i++) {
            machine.set(machine.wall().plusSeconds(10));
            now();
        }
        assertThat(clock.steps()).hasSizeLessThan(10);
        assertThat(clock.steps().stream().mapToLong(Step::nanos).sum())
                .isEqualTo(Duration.ofSeconds(10_000).toNanos());
    }

    @Test
    void timesBeyondWhatCanBeCountedAreNotBelieved() {
        machine.set(Instant.MAX);
        machine.pass(Duration.ZERO);
        assertThat(now()).isEqualTo("2026-06-01T00:00:00Z");
        machine.set(Instant.MIN);
        assertThat(now()).isEqualTo("2026-06-01T00:00:00Z");
        assertThat(keptFrom(Duration.ofSeconds(Long.MAX_VALUE))).isBefore("1900-01-01T00:00:00Z");
    }

    @Test
    void otherThreadsSeeTheTimeThatItIsAboutToShow() {
        Instant before = now();
        machine.set(machine.wall().minusSeconds(3_600));
        machine.pass(Duration.ofMinutes(10));
        assertThat(clock.present()).isEqualTo(before.plusSeconds(300)).isEqualTo(clock.present());
        assertThat(now()).isEqualTo(before.plusSeconds(300));
        machine.set("2099-01-01T00:00:00Z");
        machine.pass(Duration.ofMinutes(10));
        assertThat(clock.present()).isEqualTo(before.plusSeconds(900));
        assertThat(now()).isEqualTo(before.plusSeconds(900));
    }

    private Instant now() {
        long now = clock.now();
        assertThat(now).isGreaterThanOrEqualTo(lastRecordedAt);
        lastRecordedAt = now;
        return Timestamps.fromNanos(now);
    }

    private Instant keptFrom(Duration age) {
        return Timestamps.fromNanos(clock.keptFrom(age));
    }

    /** Goes on from what was saved at the last change, as after a crash. */
    private void restart() {
        clock = new LogClock(machine.sources(), saved, clock.steps(), lastRecordedAt);
        saved = clock.anchor();
    }
}
