package dev.waystate.server.limits;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waystate.server.limits.MemoryLimits.Holder;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Which calls are ended when all together may hold 1000 bytes. Calls that moved after 100 are not stuck. */
class MemoryLimitsTests {

    private static final long LIMIT = 1000;
    private static final long MOVING_SINCE = 100;
    private static final long STUCK = 50;
    private static final long MOVING = 150;

    private final List<Holder<String>> holders = new ArrayList<>();

    @Test
    void stuckCallsGoBeforeMovingOnes() {
        hold("moving", "a", 900, MOVING);
        hold("stuck", "b", 600, STUCK);
        assertThat(ended()).containsExactly("stuck");
    }

    @Test
    void noMoreAreEndedThanHaveToBe() {
        hold("first", "a", 400, STUCK);
        hold("second", "a", 400, STUCK + 1);
        hold("third", "a", 400, STUCK + 2);
        assertThat(ended()).containsExactly("first");
    }

    @Test
    void ofStuckCallsThoseOfTheConnectionThatHoldsMostGoFirst() {
        hold("of much", "a", 700, STUCK + 1);
        hold("of little", "b", 510, STUCK);
        hold("also of much", "a", 700, STUCK + 2);
        assertThat(ended()).containsExactly("of much", "also of much");
    }

    @Test
    void aClientThatHoldsLittleLosesNothingThoughItIsSlowAndTheOthersMove() {
        hold("slow client", "slow", 90, STUCK);
        IntStream.range(0, 9).forEach(i -> hold("flood " + i, "flood " + i, 300, MOVING));
        assertThat(ended()).hasSize(6).allMatch(call -> call.startsWith("flood"));
    }

    @Test
    void itIsEnoughToEndThoseOfMoreThanAFairShare() {
        for (int connections = 1; connections < 50; connections++) {
            holders.clear();
            for (int i = 0; i < connections; i++) {
                hold("call " + i, i, 1 + (i * 7919L) % (4 * LIMIT / connections), i % 2 == 0 ? STUCK : MOVING);
            }
            List<String> ended = ended();
            long left = holders.stream()
                    .filter(holder -> !ended.contains(holder.call()))
                    .mapToLong(Holder::bytes)
                    .sum();
            assertThat(left).as(connections + " connections").isLessThanOrEqualTo(LIMIT);
        }
    }

    private void hold(String call, Object connection, long bytes, long movedAt) {
        holders.add(new Holder<>(call, connection, bytes, movedAt));
    }

    private List<String> ended() {
        long excess = holders.stream().mapToLong(Holder::bytes).sum() - LIMIT;
        return MemoryLimits.toEnd(holders, LIMIT, excess, MOVING_SINCE);
    }
}
