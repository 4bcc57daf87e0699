package dev.waystate.cli.output;

import dev.waystate.cli.output.Table.Column;
import dev.waystate.proto.v1.GetSummaryResponse;
import dev.waystate.proto.v1.Snapshot;
import dev.waystate.proto.v1.StatusCount;
import dev.waystate.text.StatusNames;
import dev.waystate.text.Times;
import dev.waystate.text.VisibleText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A summary as lines. */
public final class SummaryText {

    private static final int BAR_WIDTH = 30;

    private SummaryText() {}

    /**
     * Returns the positions, the log's id, and a table of the statuses.
     *
     * @param bars whether bars show how many sources are in each state
     */
    public static List<String> lines(GetSummaryResponse summary, boolean bars) {
        List<String> lines = new ArrayList<>();
        lines.add("earliest position " + summary.getEarliestPosition());
        lines.add("head position     " + summary.getHeadPosition());
        if (summary.getAsOfPosition() != summary.getHeadPosition()) {
            lines.add("as of position    " + summary.getAsOfPosition());
        }
        lines.add("log id            " + VisibleText.of(summary.getLogId()));
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

    /** Returns the log's id, and a table of how many sources were in each state at several times. */
    public static List<String> snapshots(GetSummaryResponse summary) {
        List<Integer> statuses = summary.getSnapshotsList().stream()
                .flatMap(snapshot -> snapshot.getStatusesList().stream())
                .map(StatusCount::getStatusValue)
                .distinct()
                .sorted()
                .toList();
        List<Column> columns = new ArrayList<>(List.of(Column.text("TIME", 24), Column.number("POSITION", 0)));
        statuses.forEach(status -> columns.add(Column.number(StatusNames.name(status), 0)));
        List<String> lines = new ArrayList<>();
        lines.add("log id  " + VisibleText.of(summary.getLogId()));
        lines.add("");
        lines.addAll(new Table(columns.toArray(Column[]::new))
                .lines(summary.getSnapshotsList().stream()
                        .map(snapshot -> row(snapshot, statuses))
                        .toList()));
        return lines;
    }

    private static List<String> row(Snapshot snapshot, List<Integer> statuses) {
        Map<Integer, Long> sources = snapshot.getStatusesList().stream()
                .collect(Collectors.toMap(StatusCount::getStatusValue, StatusCount::getSources));
        List<String> row = new ArrayList<>();
        row.add(Times.toMillis(snapshot.getTime()));
        row.add(Long.toString(snapshot.getPosition()));
        statuses.forEach(status -> row.add(Long.toString(sources.getOrDefault(status, 0L))));
        return row;
    }

    private static Table table() {
        return new Table(
                Column.status(), Column.number("REPORTS", 10), Column.number("SOURCES", 10), Column.text("", 0));
    }

    private static List<String> row(StatusCount count, long most) {
        return List.of(
                StatusNames.name(count.getStatusValue()),
                count.getReports() == 0 ? "-" : Long.toString(count.getReports()),
                Long.toString(count.getSources()),
                most == 0 ? "" : Bar.of(count.getSources(), most, BAR_WIDTH));
    }
}
