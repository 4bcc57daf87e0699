package dev.waystate.cli.output;

import dev.waystate.cli.output.Table.Column;
import dev.waystate.proto.v1.GetSummaryResponse;
import dev.waystate.proto.v1.StatusCount;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A summary as lines and as JSON. */
public final class SummaryText {

    private static final int BAR_WIDTH = 30;

    private SummaryText() {}

    /**
     * Returns the positions, and a table of the statuses.
     *
     * @param bars whether there are bars of how many sources are in each state
     */
    public static List<String> lines(GetSummaryResponse summary, boolean bars) {
        List<String> lines = new ArrayList<>();
        lines.add("earliest position " + summary.getEarliestPosition());
        lines.add("head position     " + summary.getHeadPosition());
        lines.add("");
        long most = summary.getStatusesList().stream()
                .mapToLong(StatusCount::getSources)
                .max()
                .orElse(0);
        lines.addAll(table().lines(summary.getStatusesList().stream()
                .map(count -> row(count, bars && most > 0 ? most : 0))
                .toList()));
        return lines;
    }

    public static String json(GetSummaryResponse summary) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("earliest_position", summary.getEarliestPosition());
        members.put("head_position", summary.getHeadPosition());
        members.put(
                "statuses",
                summary.getStatusesList().stream().map(SummaryText::members).toList());
        return JsonText.of(members);
    }

    private static Table table() {
        return new Table(
                Column.text("STATUS", 7),
                Column.number("REPORTS", 10),
                Column.number("SOURCES", 10),
                Column.text("", 0));
    }

    private static List<String> row(StatusCount count, long most) {
        return List.of(
                StatusNames.name(count.getStatusValue()),
                Long.toString(count.getReports()),
                Long.toString(count.getSources()),
                most == 0 ? "" : Bar.of(count.getSources(), most, BAR_WIDTH));
    }

    private static Map<String, Object> members(StatusCount count) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("status", StatusNames.json(count.getStatusValue()));
        members.put("reports", count.getReports());
        members.put("sources", count.getSources());
        return members;
    }
}
