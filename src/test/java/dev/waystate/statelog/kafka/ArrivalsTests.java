package dev.waystate.statelog.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waystate.statelog.LogUnavailableException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ArrivalsTests {

    private static final Duration FOR_EVER = Duration.ofDays(1);

    @Test
    void whoeverWaitsGoesOnWhenTheViewIsThere() {
        Arrivals arrivals = new Arrivals(FOR_EVER);
        CompletableFuture<Void> waiting = arrivals.at(5).toCompletableFuture();
        arrivals.reached(4);
        assertThat(waiting).isNotDone();
        arrivals.reached(5);
        assertThat(waiting).isCompleted();
        assertThat(arrivals.at(5).toCompletableFuture()).isCompleted();
    }

    @Test
    void whoeverWaitsForAViewThatIsBuiltAgainWaitsForItsNewPlace() {
        Arrivals arrivals = new Arrivals(FOR_EVER);
        arrivals.reached(5);
        arrivals.reached(0);
        CompletableFuture<Void> waiting = arrivals.at(5).toCompletableFuture();
        assertThat(waiting).isNotDone();
        arrivals.reached(7);
        assertThat(waiting).isCompleted();
    }

    @Test
    void whoeverWaitsForTooLongIsToldThatTheLogIsNotAvailable() {
        Arrivals arrivals = new Arrivals(Duration.ofMillis(1));
        arrivals.reached(4);
        assertThat(arrivals.at(5).toCompletableFuture())
                .failsWithin(Duration.ofSeconds(10))
                .withThrowableThat()
                .withCauseInstanceOf(LogUnavailableException.class);
    }
}
