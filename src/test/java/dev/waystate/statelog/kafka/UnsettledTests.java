package dev.waystate.statelog.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waystate.statelog.Appended;
import dev.waystate.statelog.FencedException;
import dev.waystate.statelog.entry.Entry;
import dev.waystate.statelog.entry.EntryQueue.Made;
import dev.waystate.statelog.entry.Session;
import dev.waystate.statelog.entry.Verdict;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class UnsettledTests {

    private final Session session = new Session();
    private long now;
    private final Unsettled unsettled = new Unsettled(new ReplicationMetrics(new SimpleMeterRegistry()), () -> now);

    @Test
    void anEntryIsSettledByItsOriginAndOnce() {
        Made first = add();
        Made second = add();
        unsettled.settle(new Session().next(), new Verdict.Applied(9, 9));
        unsettled.settle(second.origin(), new Verdict.Refused(new FencedException("a")));
        unsettled.settle(first.origin(), new Verdict.Applied(1, 2));
        unsettled.settle(first.origin(), new Verdict.Ignored());
        assertThat(first.result()).isCompletedWithValue(new Appended(1, 2));
        assertThat(second.result())
                .failsWithin(0, TimeUnit.SECONDS)
                .withThrowableThat()
                .havingCause()
                .isInstanceOf(FencedException.class);
        assertThat(unsettled.isEmpty()).isTrue();
    }

    @Test
    void anEntryBehindAHoleStaysUnsettled() {
        Made made = add();
        unsettled.settle(made.origin(), new Verdict.Ignored());
        assertThat(made.result()).isNotDone();
        assertThat(unsettled.all()).containsExactly(made);
    }

    @Test
    void anEntryThatIsNotInTheTopicStallsHoweverTheViewGoesOn() {
        Made made = add();
        now = 10;
        unsettled.moved(3);
        assertThat(unsettled.isStalled(10)).isFalse();
        now = 11;
        assertThat(unsettled.isStalled(10)).isTrue();
        unsettled.inTopic(made.origin(), 3);
        assertThat(unsettled.isStalled(10)).as("the view is on its way to it").isFalse();
        now = 21;
        assertThat(unsettled.isStalled(10)).as("the view does not go on").isTrue();
    }

    @Test
    void anEntryInTheTopicThatTheViewLeftOutStallsHoweverTheViewGoesOn() {
        Made first = add();
        Made second = add();
        unsettled.inTopic(first.origin(), 3);
        unsettled.inTopic(second.origin(), 4);
        unsettled.settle(second.origin(), new Verdict.Ignored());
        now = 11;
        unsettled.moved(3);
        assertThat(unsettled.isStalled(10)).isTrue();
        unsettled.settle(first.origin(), new Verdict.Applied(0, 1));
        assertThat(unsettled.isStalled(10)).as("the hole is filled").isFalse();
    }

    @Test
    void anEntryThatTheBrokersHadAndTheViewHasPassedByStallsHoweverTheViewGoesOn() {
        Made made = add();
        unsettled.inTopic(made.origin(), 3);
        now = 11;
        unsettled.moved(3);
        assertThat(unsettled.isStalled(10)).as("the view is on its way to it").isFalse();
        unsettled.moved(4);
        assertThat(unsettled.isStalled(10)).as("the brokers have lost it").isTrue();
        unsettled.inTopic(made.origin(), 4);
        assertThat(unsettled.isStalled(10)).as("it was sent again").isFalse();
    }

    @Test
    void thereIsRoomForAsMuchAsWasSettledLately() throws Exception {
        long least = unsettled.awaitRoom(0);
        Made first = add(least - 1);
        assertThat(unsettled.awaitRoom(0)).isEqualTo(1);
        Made second = add(2 * least);
        assertThat(unsettled.awaitRoom(1)).as("it goes beyond").isNegative();
        settle(first, second);
        assertThat(unsettled.awaitRoom(0)).isEqualTo(3 * least - 1);

        now += TimeUnit.SECONDS.toNanos(1);
        assertThat(unsettled.awaitRoom(0)).as("a second later").isBetween(least, 3 * least / 2);
        settle(add(2 * least));
        assertThat(unsettled.awaitRoom(0)).isBetween(3 * least, 7 * least / 2);
        now += TimeUnit.SECONDS.toNanos(60);
        assertThat(unsettled.awaitRoom(0)).isEqualTo(least);
    }

    @Test
    void whatIsGivenUpTakesNoRoom() throws Exception {
        long least = unsettled.awaitRoom(0);
        Made given = add(2 * least);
        assertThat(unsettled.clear()).containsExactly(given);
        settle(given);
        assertThat(unsettled.awaitRoom(0)).isEqualTo(least);
    }

    private void settle(Made... entries) {
        for (Made made : entries) {
            unsettled.settle(made.origin(), new Verdict.Applied(0, 1));
        }
        unsettled.moved(1);
    }

    private Made add() {
        return add(1);
    }

    private Made add(long bytes) {
        Made made = new Made(session.next(), Entry.BARRIER);
        unsettled.add(made, bytes);
        return made;
    }
}
