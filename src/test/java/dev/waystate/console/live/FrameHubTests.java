package dev.waystate.console.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waystate.console.Problem;
import dev.waystate.console.live.LivePage.Event;
import dev.waystate.statelog.DamagedRecordException;
import dev.waystate.statelog.LogUnavailableException;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FrameHubTests {

    private final RecordedLog log = new RecordedLog();
    private long nanoTime = Long.MAX_VALUE - FrameHub.TICK.toNanos(); // from anywhere on
    private final FrameHub hub = new FrameHub(log, FrameHubTests::problem, () -> nanoTime, "1.2.3");

    private static Problem problem(Throwable thrown) {
        Status status = thrown instanceof DamagedRecordException ? Status.DATA_LOSS : Status.UNAVAILABLE;
        return Problem.of(status.withDescription(thrown.getMessage()), new Metadata());
    }

    @BeforeEach
    void fill() {
        log.addMany(100);
    }

    @Test
    void nobodyReadsTheLogWhileNobodyListens() {
        tick();
        ConnectedPage page = ConnectedPage.open(hub, null, null);
        tick();
        page.stream.breakOff(Status.CANCELLED);
        int reads = log.reads;
        log.addMany(10);
        tick();
        tick();
        assertThat(log.reads).isEqualTo(reads);
    }

    @Test
    void aPageGetsTheHeadAndThenWhatIsRecorded() {
        ConnectedPage page = ConnectedPage.open(hub, null, null);
        tick();
        Event hello = page.events().get(0);
        assertThat(hello.type()).isEqualTo("hello");
        assertThat(hello.data().get("head_position").asLong()).isEqualTo(100);
        assertThat(hello.data().get("earliest_position").asLong()).isEqualTo(1);
        assertThat(hello.data().get("log_id").asString()).isEqualTo(log.id());
        assertThat(hello.data().get("server_version").asString()).isEqualTo("1.2.3");

        log.addMany(20);
        tick();
        assertThat(page.events()).singleElement().satisfies(frame -> assertFrame(frame, 100, 120));
    }

    @Test
    void allPagesShareTheBytesOfAFrame() {
        ConnectedPage first = ConnectedPage.open(hub, null, null);
        ConnectedPage second = ConnectedPage.open(hub, null, null);
        tick();
        log.addMany(5_000);
        first.stall(0);
        second.stall(0);
        tick();
        first.stall(1);
        second.stall(1);
        first.stream.writer().onWritePossible();
        second.stream.writer().onWritePossible();
        assertThat(first.stream.frameUnderWay()).isNotNull().isSameAs(second.stream.frameUnderWay());
    }

    @Test
    void aPageThatIsBusyHoldsUpNobodyAndGoesOnWhereItWas() {
        ConnectedPage busy = ConnectedPage.open(hub, null, null);
        ConnectedPage good = ConnectedPage.open(hub, null, null);
        tick();
        busy.events();
        good.events();
        busy.stall(1);
        for (int i = 1; i <= 5; i++) {
            log.addMany(300);
            tick();
            long position = 100 + i * 300;
            assertThat(good.events()).singleElement().satisfies(frame -> assertFrame(frame, position - 300, position));
        }

        busy.goOn();
        tick();
        assertContiguous(busy.events(), 100, 1600);
    }

    @Test
    void aPageThatComesBackMissesNothingAndGetsNothingTwice() {
        ConnectedPage page = ConnectedPage.open(hub, null, null);
        tick();
        log.addMany(30);
        tick();
        page.stream.breakOff(Status.CANCELLED);
        tick();
        log.addMany(500);

        ConnectedPage back = ConnectedPage.open(hub, 130L, log.id());
        tick();
        log.addMany(7);
        tick();
        List<Event> events = back.events();
        assertThat(events.remove(0).type()).isEqualTo("hello");
        assertContiguous(events, 130, 637);
    }

    @Test
    void aPositionInTheMiddleOfAFrameIsGoneOnFrom() {
        ConnectedPage other = ConnectedPage.open(hub, null, null);
        tick();
        log.addMany(50);
        tick();
        other.events();

        ConnectedPage page = ConnectedPage.open(hub, 117L, log.id());
        tick();
        tick();
        List<Event> events = page.events();
        assertThat(events.remove(0).type()).isEqualTo("hello");
        assertContiguous(events, 117, 150);
    }

    @Test
    void aPositionOfAnotherLogIsReset() {
        ConnectedPage page = ConnectedPage.open(hub, 7L, "f".repeat(32));
        tick();
        assertReset(page, "LOG_CHANGED", 100);
    }

    @Test
    void aPositionThatRetentionHasRemovedIsReset() {
        log.earliest = 50;
        ConnectedPage page = ConnectedPage.open(hub, 48L, log.id());
        ConnectedPage kept = ConnectedPage.open(hub, 49L, log.id());
        tick();
        tick();
        assertReset(page, "TOO_OLD", 100);
        assertThat(kept.events()).extracting(Event::type).doesNotContain("reset");
    }

    @Test
    void aPageThatHasMissedTooMuchIsReset() {
        log.addMany(FrameHub.MAX_MISSED_RECORDS);
        ConnectedPage page = ConnectedPage.open(hub, 99L, log.id());
        ConnectedPage last = ConnectedPage.open(hub, 100L, log.id());
        tick();
        tick();
        assertReset(page, "TOO_OLD", 100 + FrameHub.MAX_MISSED_RECORDS);
        assertThat(last.events()).extracting(Event::type).doesNotContain("reset");
    }

    @Test
    void aPositionAboveTheHeadIsWaitedForUntilTheLogIsKnownToEndBefore() {
        ConnectedPage page = ConnectedPage.open(hub, 110L, log.id());
        ConnectedPage beyond = ConnectedPage.open(hub, 111L, log.id());
        tick();
        tick();
        assertThat(page.events()).extracting(Event::type).containsExactly("hello");

        log.addMany(10);
        log.caughtUp.complete(null);
        tick();
        tick();
        log.addMany(5);
        tick();
        assertContiguous(page.events(), 110, 115);
        assertReset(beyond, "BEYOND_HEAD", 110);
    }

    @Test
    void aStreamEndsWhenNobodyKnowsWhereTheLogEnds() {
        ConnectedPage page = ConnectedPage.open(hub, 110L, log.id());
        tick();
        log.caughtUp.completeExceptionally(new LogUnavailableException("Kafka does not answer", null));
        assertThat(page.events()).extracting(Event::type).containsExactly("hello", "error");
        assertThat(page.stream.hasEnded()).isTrue();
    }

    @Test
    void aLogThatCannotBeReadIsToldOnceASecondAndLeftAlone() {
        ConnectedPage page = ConnectedPage.open(hub, null, null);
        tick();
        page.events();
        log.addMany(10);
        log.failure = new LogUnavailableException("The replica builds its view from the topic", null);
        ConnectedPage late = ConnectedPage.open(hub, null, null);
        for (int i = 0; i < 8; i++) {
            tick();
        }
        assertThat(page.events()).hasSize(2).allSatisfy(event -> {
            assertThat(event.type()).isEqualTo("error");
            assertThat(event.data().get("code").asString()).isEqualTo("UNAVAILABLE");
        });
        assertThat(late.events()).extracting(Event::type).containsOnly("error");

        log.failure = null;
        for (int i = 0; i < 5; i++) {
            tick();
        }
        assertContiguous(page.events(), 100, 110);
        assertThat(late.events()).extracting(Event::type).startsWith("hello");
    }

    @Test
    void aDamagedRecordIsToldAndPassedOver() {
        ConnectedPage page = ConnectedPage.open(hub, null, null);
        tick();
        page.events();
        log.addMany(20);
        log.damaged.add(111L);
        for (int i = 0; i < 3; i++) {
            tick();
        }
        List<Event> events = page.events();
        assertThat(events).extracting(Event::type).startsWith("frame", "error", "frame");
        assertFrame(events.get(0), 100, 110);
        assertThat(events.get(1).data().get("position").asLong()).isEqualTo(111);
        assertThat(events.get(1).data().get("code").asString()).isEqualTo("DATA_LOSS");
        assertFrame(events.get(2), 111, 120);

        ConnectedPage back = ConnectedPage.open(hub, 105L, log.id());
        for (int i = 0; i < 4; i++) {
            tick();
        }
        assertThat(back.events()).extracting(Event::type).startsWith("hello", "frame", "error", "frame");
    }

    @Test
    void manyDamagedRecordsTakeOneReadATick() {
        ConnectedPage page = ConnectedPage.open(hub, null, null);
        tick();
        page.events();
        log.addMany(50);
        for (long position = 101; position <= 150; position++) {
            log.damaged.add(position);
        }
        int reads = log.reads;
        tick();
        assertThat(log.reads).isEqualTo(reads + 1);
    }

    @Test
    void withoutNewsAFrameComesEachSecond() {
        ConnectedPage page = ConnectedPage.open(hub, null, null);
        tick();
        page.events();
        for (int i = 0; i < 12; i++) {
            tick();
        }
        assertThat(page.events()).hasSize(3).allSatisfy(frame -> {
            assertFrame(frame, 100, 100);
            assertThat(frame.data().get("sources").size()).isZero();
        });
    }

    @Test
    void framesHaveTheTimeOfTheLogAndComeWhateverItIs() {
        ConnectedPage page = ConnectedPage.open(hub, null, null);
        tick();
        assertThat(page.events().get(0).data().get("now").asString()).isEqualTo("2026-01-01T00:00:00.000000000Z");
        log.now = log.now.minusSeconds(3_600);
        log.failure = new LogUnavailableException("of a test", null);
        tick();
        log.failure = null;
        for (int i = 0; i < 12; i++) {
            tick();
        }
        assertThat(page.events())
                .filteredOn(event -> event.type().equals("frame"))
                .hasSizeGreaterThanOrEqualTo(2)
                .allSatisfy(
                        frame -> assertThat(frame.data().get("now").asString()).startsWith("2025-12-31T23:"));
    }

    @Test
    void aHubThatFallsFarBehindLeavesRecordsOut() {
        ConnectedPage page = ConnectedPage.open(hub, null, null);
        tick();
        page.events();
        log.addMany(FrameHub.MAX_LAG_RECORDS + 1);
        tick();
        assertThat(log.reads).isZero();
        assertThat(page.events()).extracting(Event::type).contains("reset");
    }

    @Test
    void pagesThatNeverReadAreBrokenOffWhenTheyHoldTooMuch() {
        ConnectedPage good = ConnectedPage.open(hub, null, null);
        List<ConnectedPage> stalled = new ArrayList<>();
        tick();
        long frames = 0;
        while (frames < 60) {
            ConnectedPage page = ConnectedPage.open(hub, null, null);
            tick();
            page.stall(1);
            stalled.add(page);
            for (int i = 0; i < 1_000; i++) {
                log.add("robot-" + i, 1, "x".repeat(300), null);
            }
            tick();
            frames++;
        }
        assertThat(good.stream.hasEnded()).isFalse();
        assertThat(stalled).anyMatch(page -> page.stream.hasEnded());
        assertThat(stalled).anyMatch(page -> !page.stream.hasEnded());
        assertThat(hub.bytes()).isLessThan(FrameHub.MAX_BYTES);
    }

    @Test
    void aHubThatIsClosedSaysSoAndTakesNoMorePages() {
        ConnectedPage page = ConnectedPage.open(hub, null, null);
        tick();
        ConnectedPage stalled = ConnectedPage.open(hub, null, null);
        tick();
        stalled.stall(0);
        page.events();
        hub.close();
        assertThat(page.events()).extracting(Event::type).containsExactly("bye");
        assertThat(page.stream.hasEnded()).isTrue();
        assertThat(stalled.stream.hasEnded()).isTrue();
        assertThat(hub.add(new ConnectedPage(hub, "client", null, null).stream)).isNotNull();
    }

    @Test
    void aCallerHasHalfOfTheStreamsAndAllTogetherNoMoreThanThereAre() {
        for (String client : List.of("first", "second")) {
            for (int i = 0; i < FrameHub.MAX_STREAMS_PER_CALLER; i++) {
                assertThat(add(client)).isNull();
            }
            assertThat(add(client)).isNotNull();
        }
        assertThat(add("third").getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    }

    private Status add(String client) {
        return hub.add(new ConnectedPage(hub, client, null, null).stream);
    }

    private void tick() {
        hub.tick();
        nanoTime += FrameHub.TICK.toNanos();
        log.now = log.now.plus(FrameHub.TICK);
    }

    private static void assertReset(ConnectedPage page, String reason, long position) {
        List<Event> events = page.events();
        assertThat(events).extracting(Event::type).startsWith("hello", "reset");
        assertThat(events.get(1).data().get("reason").asString()).isEqualTo(reason);
        assertThat(events.get(1).data().get("position").asLong()).isEqualTo(position);
    }

    private static void assertFrame(Event event, long after, long position) {
        assertThat(event.type()).isEqualTo("frame");
        assertThat(event.data().get("after").asLong()).isEqualTo(after);
        assertThat(event.data().get("position").asLong()).isEqualTo(position);
        assertThat(event.data().get("count").asLong()).isEqualTo(position - after);
    }

    private static void assertContiguous(List<Event> events, long after, long position) {
        long known = after;
        for (Event event : events) {
            if (event.type().equals("frame")) {
                assertFrame(event, known, event.data().get("position").asLong());
                known = event.data().get("position").asLong();
            }
        }
        assertThat(known).isEqualTo(position);
        assertThat(events).extracting(Event::type).doesNotContain("reset");
    }
}
