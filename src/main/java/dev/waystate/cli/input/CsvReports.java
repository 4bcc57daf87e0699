package dev.waystate.cli.input;

import dev.waystate.cli.output.InputException;
import java.io.BufferedReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.dataformat.csv.CsvFactory;
import tools.jackson.dataformat.csv.CsvReadFeature;

/**
 * One report a row: {@code status,info}. A first row with a column named status is a header, which may have the columns
 * in any order, reported_at as well, and further ones, which are skipped. Values in quotes may have commas and line breaks.
 * Of a pipe that stays open, each row is given out when the next one begins to come.
 */
final class CsvReports<T> implements ReportSource<T> {

    private final String name;
    private final JsonParser parser;
    private final Function<ReportFields, T> converter;
    private int statusColumn = 0;
    private int infoColumn = 1;
    private int reportedAtColumn = -1;
    private int columns = 2;
    private boolean started;
    private int line;

    CsvReports(String name, BufferedReader reader, Function<ReportFields, T> converter) {
        this.name = name;
        this.converter = converter;
        this.parser = CsvFactory.builder()
                .enable(CsvReadFeature.WRAP_AS_ARRAY)
                .enable(CsvReadFeature.SKIP_EMPTY_LINES)
                .build()
                .createParser(ObjectReadContext.empty(), reader);
    }

    @Override
    public @Nullable T next() {
        try {
            List<String> row = row();
            if (!started && row != null && readHeader(row)) {
                row = row();
            }
            started = true;
            return row == null ? null : report(row);
        } catch (JacksonException wrong) {
            throw new InputException(name + ":" + line + ": Cannot be read as CSV in UTF-8.", wrong);
        } catch (InputException wrong) {
            throw new InputException(name + ":" + line + ": " + wrong.getMessage(), wrong);
        }
    }

    @Override
    public void close() {
        parser.close();
    }

    private @Nullable List<String> row() {
        if (parser.currentToken() == null) {
            parser.nextToken(); // the array around all rows
        }
        line = parser.currentLocation().getLineNr();
        if (parser.nextToken() != JsonToken.START_ARRAY) {
            return null;
        }
        List<String> row = new ArrayList<>(columns);
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            row.add(parser.getString());
        }
        return row;
    }

    private boolean readHeader(List<String> row) {
        List<String> names = row.stream()
                .map(column -> column.strip().toLowerCase(Locale.ROOT))
                .toList();
        if (!names.contains("status")) {
            return false;
        }
        statusColumn = names.indexOf("status");
        infoColumn = names.indexOf("info");
        reportedAtColumn = names.indexOf("reported_at");
        columns = names.size();
        return true;
    }

    private T report(List<String> row) {
        if (row.size() > columns || row.size() <= statusColumn) {
            throw new InputException("Expected " + columns + " columns, but found " + row.size()
                    + "; text with a comma in it needs double quotes around it.");
        }
        return converter.apply(
                new ReportFields(row.get(statusColumn), value(row, infoColumn), value(row, reportedAtColumn)));
    }

    private static String value(List<String> row, int column) {
        return column >= 0 && column < row.size() ? row.get(column) : "";
    }
}
