package dev.waystate.security.jwt;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WaitingPlacesTests {

    private final WaitingPlaces places = new WaitingPlaces(100);

    @Test
    void oneNetworkMayHaveAsManyPlacesAsItLeavesFree() {
        assertThat(enter("crowd", 100)).isEqualTo(50);
    }

    @Test
    void whereSeveralCrowdTheNextFreePlaceIsForANetworkThatHasNone() {
        for (int network = 0; network < 20; network++) {
            enter(network, 100);
        }
        assertThat(places.enter("newcomer")).isFalse();
        places.leave(0);
        assertThat(enter(0, 1) + enter(1, 1)).isZero();
        assertThat(places.enter("newcomer")).isTrue();
    }

    @Test
    void aPlaceThatIsLeftIsFreeForTheNext() {
        enter("crowd", 100);
        assertThat(places.enter("crowd")).isFalse();
        places.leave("crowd");
        places.leave("crowd");
        assertThat(places.enter("crowd")).isTrue();
        for (int i = 0; i < 49; i++) {
            places.leave("crowd");
        }
        assertThat(enter("others", 100)).isEqualTo(50);
    }

    /** Returns how many of a number of attempts found a place. */
    private int enter(Object network, int attempts) {
        int entered = 0;
        for (int i = 0; i < attempts; i++) {
            entered += places.enter(network) ? 1 : 0;
        }
        return entered;
    }
}
