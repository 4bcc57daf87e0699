package dev.waystate.cli.output;

import dev.waystate.cli.output.Table.Column;
import dev.waystate.proto.v1.Transition;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The states of a source as rows of a table and as JSON. */
public final class TransitionText {

    private TransitionText() {}

    public static Table table() {
        return new Table(
                Column.text("STATUS", 7),
                Column.text("SINCE", 24),
                Column.text("UNTIL", 24),
                Column.text("LASTED", 0),
                Column.number("POSITION", 0));
    }

    /** @param now up to when a state has lasted that still does */
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

    public static String json(Transition state) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("position", state.getPosition());
        members.put("status", StatusNames.json(state.getStatusValue()));
        members.put("since", Times.toNanos(state.getSince()));
        if (state.hasUntil()) {
            members.put("until", Times.toNanos(state.getUntil()));
        }
        return JsonText.of(members);
    }
}
