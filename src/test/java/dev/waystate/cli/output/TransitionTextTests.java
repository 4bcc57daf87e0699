package dev.waystate.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import dev.waystate.proto.v1.Transition;
import dev.waystate.text.Times;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class TransitionTextTests {

    private static final Timestamp BEGIN = Times.fromText("2026-02-03T04:05:06.123Z");

    private static final Transition ENDED = Transition.newBuilder()
            .setPosition(7)
            .setStatusValue(3)
            .setSince(BEGIN)
            .setUntil(Times.fromText("2026-02-03T06:06:06Z"))
            .build();

    private static final Transition PRESENT = ENDED.toBuilder()
            .setPosition(9)
            .setStatusValue(99)
            .setSince(ENDED.getUntil())
            .clearUntil()
            .build();

    @Test
    void stateHasLastedUntilTheNextOneOrNow() {
        Instant now = Instant.parse("2026-02-03T06:08:07Z");

        assertThat(TransitionText.table()
                        .lines(List.of(TransitionText.row(PRESENT, now), TransitionText.row(ENDED, now))))
                .containsExactly(
                        "STATUS   SINCE                     UNTIL                     LASTED  POSITION",
                        "99       2026-02-03T06:06:06.000Z  now                       2m 1s          9",
                        "STARVED  2026-02-03T04:05:06.123Z  2026-02-03T06:06:06.000Z  2h 0m          7");
    }

    @Test
    void clockThatIsBehindMakesNoNegativeDuration() {
        assertThat(TransitionText.row(PRESENT, Instant.parse("2026-02-03T06:06:05Z")))
                .contains("0s");
    }
}
