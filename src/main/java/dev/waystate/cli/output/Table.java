package dev.waystate.cli.output;

import dev.waystate.text.VisibleText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.stream.IntStream;

/**
 * Lines of aligned columns. Rows may come bit by bit: a column that turns out too narrow is wider from then on.
 * Characters that a terminal must not get are escaped. Where the width of lines is limited, free text is cut to what
 * the other columns leave of it.
 */
public final class Table {

    private static final String GAP = "  ";

    /** Free text is not cut to fewer characters, however narrow the lines are. */
    private static final int LEAST_TEXT = 20;

    /** Free text pads the other rows up to this many characters. Longer text sticks out. */
    private static final int MOST_PADDING = 60;

    private final IntSupplier outputWidth;
    private final BooleanSupplier outputColours;
    private boolean colours;
    private int lineWidth;
    private final Column[] columns;
    private final int[] widths;
    private boolean begun;

    /** Makes a table on standard output. */
    public Table(Column... columns) {
        this(Terminals::width, Terminals::hasColours, columns);
    }

    Table(IntSupplier outputWidth, BooleanSupplier outputColours, Column... columns) {
        this.outputWidth = outputWidth;
        this.outputColours = outputColours;
        this.columns = columns;
        this.widths = Arrays.stream(columns).mapToInt(Column::width).toArray();
    }

    /** Returns the lines of rows. The first call begins with the titles. */
    public List<String> lines(List<List<String>> rows) {
        List<List<String>> shown = new ArrayList<>();
        if (!begun) {
            begun = true;
            lineWidth = outputWidth.getAsInt(); // asked as late as this: a command that prints no table need not ask
            colours = outputColours.getAsBoolean();
            shown.add(Arrays.stream(columns).map(Column::title).toList());
        }
        rows.forEach(row -> shown.add(row.stream().map(VisibleText::all).toList()));
        shown.forEach(cells -> widen(cells, false));
        int rest = rest();
        shown.replaceAll(cells -> cut(cells, rest));
        shown.forEach(cells -> widen(cells, true));
        return shown.stream().map(this::line).toList();
    }

    private void widen(List<String> cells, boolean free) {
        for (int i = 0; i < columns.length - 1; i++) { // the last column needs no padding
            if (columns[i].free() == free) {
                widths[i] = Math.max(widths[i], Math.min(length(cells.get(i)), free ? MOST_PADDING : lineWidth));
            }
        }
    }

    /** Returns how many characters of a line the columns without free text leave. */
    private int rest() {
        int rest = lineWidth - GAP.length() * (columns.length - 1);
        for (int i = 0; i < columns.length; i++) {
            rest -= columns[i].free() ? 0 : widths[i];
        }
        return Math.max(rest, LEAST_TEXT);
    }

    private List<String> cut(List<String> cells, int rest) {
        return IntStream.range(0, columns.length)
                .mapToObj(i -> columns[i].free() ? VisibleText.cut(cells.get(i), rest) : cells.get(i))
                .toList();
    }

    private String line(List<String> cells) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < columns.length; i++) {
            String padding = " ".repeat(Math.max(0, widths[i] - length(cells.get(i))));
            line.append(i == 0 ? "" : GAP);
            String cell = colours && columns[i].coloured() ? StatusColours.paint(cells.get(i)) : cells.get(i);
            line.append(columns[i].rightAligned() ? padding + cell : cell + padding);
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
     * @param free whether it has free text; of one column at most
     * @param coloured whether it has the names of statuses, which have colours on a terminal
     */
    public record Column(String title, int width, boolean rightAligned, boolean free, boolean coloured) {

        public static Column free(String title, int width) {
            return new Column(title, Math.max(width, title.length()), false, true, false);
        }

        public static Column status() {
            return new Column("STATUS", 7, false, false, true);
        }

        public static Column text(String title, int width) {
            return new Column(title, Math.max(width, title.length()), false, false, false);
        }

        public static Column number(String title, int width) {
            return new Column(title, Math.max(width, title.length()), true, false, false);
        }
    }
}
