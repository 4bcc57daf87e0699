package dev.waystate.cli.output;

import dev.waystate.cli.output.Table.Column;
import dev.waystate.proto.v1.Source;
import dev.waystate.text.Distances;
import dev.waystate.text.Points;
import dev.waystate.text.StatusNames;
import dev.waystate.text.Times;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.function.Function;

/** Sources as rows of a table. */
public final class SourceText {

    private static final int DECIMALS = 3;

    private record Cell(Column column, Function<Source, String> text) {}

    private static final Cell NAME = new Cell(Column.text("SOURCE", 16), Source::getName);
    private static final Cell STATUS = new Cell(Column.status(), source -> StatusNames.name(source.getStatusValue()));
    private static final Cell SINCE =
            new Cell(Column.text("SINCE", 24), source -> Times.toMillis(source.getStateSince()));
    private static final Cell LOCATION =
            new Cell(Column.text("LOCATION", 0), source -> where(source, Points.text(source.getLocation())));
    private static final Cell DISTANCE =
            new Cell(Column.number("DISTANCE", 0), source -> where(source, Distances.text(source.getDistance())));
    private static final Cell TRAVELLED =
            new Cell(Column.number("TRAVELLED", 0), source -> where(source, travelled(source.getTravelled())));
    private static final Cell RECORDED = new Cell(
            Column.text("RECORDED", 24),
            source -> Times.toMillis(source.getLatest().getRecordedAt()));
    private static final Cell INFO =
            new Cell(Column.free("INFO", 0), source -> source.getLatest().getInfo());

    private final List<Cell> cells;
    private final Table table;

    /**
     * @param near whether the sources have a distance
     * @param earlier whether they are as of an earlier moment, when only their states are known
     */
    public SourceText(boolean near, boolean earlier) {
        this.cells = earlier
                ? List.of(NAME, STATUS, SINCE)
                : near
                        ? List.of(NAME, STATUS, SINCE, LOCATION, DISTANCE, TRAVELLED, RECORDED, INFO)
                        : List.of(NAME, STATUS, SINCE, LOCATION, TRAVELLED, RECORDED, INFO);
        this.table = new Table(cells.stream().map(Cell::column).toArray(Column[]::new));
    }

    public Table table() {
        return table;
    }

    public List<String> row(Source source) {
        return cells.stream().map(cell -> cell.text().apply(source)).toList();
    }

    private static String where(Source source, String text) {
        return source.hasLocation() ? text : "-";
    }

    private static String travelled(double travelled) {
        return BigDecimal.valueOf(travelled)
                .setScale(DECIMALS, RoundingMode.HALF_EVEN)
                .stripTrailingZeros()
                .toPlainString();
    }
}
