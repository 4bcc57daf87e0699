package dev.waystate.cli.output;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Lines of aligned columns. Rows may come bit by bit: a column that turns out too narrow is wider from then on. All cells
 * are made fit for a terminal.
 */
public final class Table {

    private static final String GAP = "  ";

    private final Column[] columns;
    private final int[] widths;
    private boolean begun;

    public Table(Column... columns) {
        this.columns = columns;
        this.widths = Arrays.stream(columns).mapToInt(Column::width).toArray();
    }

    /** Returns the lines of rows, those of the first ones under the titles. */
    public List<String> lines(List<List<String>> rows) {
        List<List<String>> shown = new ArrayList<>();
        if (!begun) {
            begun = true;
            shown.add(Arrays.stream(columns).map(Column::title).toList());
        }
        rows.forEach(row -> shown.add(row.stream().map(TerminalText::of).toList()));
        shown.forEach(this::widen);
        return shown.stream().map(this::line).toList();
    }

    private void widen(List<String> cells) {
        for (int i = 0; i < columns.length - 1; i++) { // nothing stands behind the last one
            widths[i] = Math.max(widths[i], length(cells.get(i)));
        }
    }

    private String line(List<String> cells) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < columns.length; i++) {
            String padding = " ".repeat(Math.max(0, widths[i] - length(cells.get(i))));
            line.append(i == 0 ? "" : GAP);
            line.append(columns[i].rightAligned() ? padding + cells.get(i) : cells.get(i) + padding);
        }
        return line.toString().stripTrailing();
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    /**
     * A column.
     *
     * @param width how many characters it has at least
     */
    public record Column(String title, int width, boolean rightAligned) {

        public static Column text(String title, int width) {
            return new Column(title, Math.max(width, title.length()), false);
        }

        public static Column number(String title, int width) {
            return new Column(title, Math.max(width, title.length()), true);
        }
    }
}
