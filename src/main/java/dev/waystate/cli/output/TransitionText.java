package dev.waystate.cli.output;

import dev.waystate.cli.output.Table.Column;
import dev.waystate.proto.v1.Transition;
import dev.waystate.text.Durations;
import dev.waystate.text.StatusNames;
import dev.waystate.text.Times;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** The states of a source as rows of a table. */
public final class TransitionText {

    private TransitionText() {}

    public static Table table() {
        return new Table(
                Column.status(),
                Column.text("SINCE", 24),
                Column.text("UNTIL", 24),
                Column.text("LASTED", 0),
                Column.number("POSITION", 0));
    }

    /** @param now the end of a state that lasts until now */
    public static List<String> row(Transition state, Instant now) {
        Instant end = state.hasUntil() ? Times.toInstant(state.getUntil()) : now;
        Duration lasted = Duration.between(Times.toInstant(state.getSince()), end);
        return List.of(
                StatusNames.name(state.getStatusValue()),
                Times.toMillis(state.getSince()),
                state.hasUntil() ? Times.toMillis(state.getUntil()) : "now",
                Durations.text(lasted.isNegative() ? Duration.ZERO : lasted), // our clock may be behind
                Long.toString(state.getPosition()));
    }
}
