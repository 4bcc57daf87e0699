package dev.waystate.cli.input;

import com.google.common.base.Joiner;
import com.google.common.collect.AbstractIterator;
import com.google.common.collect.Streams;
import dev.waystate.proto.Point;
import dev.waystate.proto.v1.Report;
import dev.waystate.text.InputException;
import dev.waystate.text.Points;
import dev.waystate.text.StatusNames;
import dev.waystate.text.Times;
import dev.waystate.text.VisibleText;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.UnexpectedEndOfInputException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads reports one by one, each as soon as its row is whole; never more than one is held.
 *
 * <p>CSV has the columns status, info, reported_at, x and y, or those that its header names. A first row whose first cell
 * is a status is a report; any other first row has to be a header. JSON has one object a line. Whatever is neither
 * understood nor empty is refused: nothing is left out.
 */
public final class ReportReader extends AbstractIterator<Report> {

    private enum Column {
        STATUS,
        INFO,
        REPORTED_AT,
        X,
        Y,
        LOCATION;

        static final List<Column> OF_CSV = List.of(STATUS, INFO, REPORTED_AT, X, Y);
        static final List<Column> OF_JSON = List.of(STATUS, INFO, REPORTED_AT, LOCATION);

        /** Returns the column of a name. Case, spaces, hyphens and underscores do not count. */
        static @Nullable Column of(String name, List<Column> known) {
            String letters = name.replaceAll("[\\p{IsWhite_Space}_-]", "").toUpperCase(Locale.ROOT);
            return known.stream()
                    .filter(column -> column.name().replace("_", "").equals(letters))
                    .findFirst()
                    .orElse(null);
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final String POINT = "two whole numbers, {\"x\":3,\"y\":4},";
    private static final String COMMAS = " Commas separate the columns.";
    private static final String QUOTES = " Text with a comma in it needs double quotes around it.";

    /** The most characters of a line that a message quotes beside an example. */
    private static final int MAX_SHOWN = 80;

    private static final ObjectReader JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build()
            .reader();

    private final Rows rows;
    private @Nullable List<@Nullable Column> columns;
    private boolean separatorIsKnown;
    private boolean isNamed;

    /** @param rows are split if they are CSV, and not if they are JSON */
    ReportReader(Rows rows) {
        this.rows = rows;
    }

    /**
     * Opens a file, or standard input for {@code -}. Reading throws an {@link InputException} at what is no report, with
     * its line; nothing can be read after it.
     *
     * @param given the format, if the user has said so; else the ending of the name tells it, else the first character:
     *     a brace begins JSON
     * @param complete whether the last row of a regular file is taken without a line end; else it ends in an
     *     {@link IncompleteInputException}. Of pipes it is always taken, and so is a JSON object
     * @throws InputException if it cannot be opened
     */
    public static Stream<Report> open(String file, @Nullable ReportFormat given, boolean complete) {
        ReportFormat format = given == null ? byName(file) : given;
        Rows rows = Rows.open(file, format == null ? null : format == ReportFormat.CSV, complete);
        return Streams.stream(new ReportReader(rows)).onClose(rows::close);
    }

    private static @Nullable ReportFormat byName(String file) {
        String name = file.toLowerCase(Locale.ROOT);
        if (name.endsWith(".csv")) {
            return ReportFormat.CSV;
        }
        return name.endsWith(".json") || name.endsWith(".jsonl") || name.endsWith(".ndjson") ? ReportFormat.JSON : null;
    }

    @Override
    protected @Nullable Report computeNext() {
        while (rows.hasNext()) {
            List<String> row = rows.next();
            if (!rows.isSplit()) {
                return json(row.get(0));
            }
            if (rows.isCut()) {
                throw rows.wrong("The last row has no line end, so that it may be half a row.");
            }
            if (columns != null || !isHeader(row)) {
                return csv(row);
            }
        }
        return endOfData();
    }

    private boolean isHeader(List<String> row) {
        if (row.get(0).strip().equalsIgnoreCase("sep=")) { // a line with which spreadsheets name the separator
            separatorIsKnown = true;
            return true;
        }
        if (isStatus(row.get(0))) {
            columns = Column.OF_CSV;
            return false;
        }
        columns = header(row);
        isNamed = true;
        return true;
    }

    private List<@Nullable Column> header(List<String> row) {
        List<@Nullable Column> header = new ArrayList<>();
        for (String name : row) {
            Column column = Column.of(name, Column.OF_CSV);
            if (column != null && header.contains(column)) {
                throw rows.wrong("Expected each column once, but found \"" + VisibleText.of(name) + "\" twice.");
            }
            header.add(column);
        }
        if (!header.contains(Column.STATUS)) {
            throw rows.wrong("Expected a status in the first column, or a header with the column status, but found \""
                    + VisibleText.of(String.join(",", row)) + "\".");
        }
        for (int i = 0; i < row.size(); i++) {
            if (header.get(i) == null && !row.get(i).isBlank()) {
                throw rows.wrong(unknown("column", row.get(i), Column.OF_CSV));
            }
        }
        if (header.contains(Column.X) != header.contains(Column.Y)) {
            throw rows.wrong("Expected both columns x and y, or neither, but found only "
                    + (header.contains(Column.X) ? Column.X : Column.Y) + ".");
        }
        return header;
    }

    private Report csv(List<String> row) {
        if (!isNamed && !separatorIsKnown && rows.separator() > 0 && rows.separator() != ',') {
            throw rows.wrong("Expected commas between the columns, but found \"" + VisibleText.of("" + rows.separator())
                    + "\": name the columns in the first line, separated alike.");
        }
        Map<Column, String> values = new EnumMap<>(Column.class);
        for (int i = 0; i < row.size(); i++) {
            Column column = i < columns.size() ? columns.get(i) : null;
            if (column != null) {
                values.put(column, row.get(i));
            } else if (!row.get(i).isBlank() && i < columns.size()) {
                throw rows.wrong("Expected a name for column " + (i + 1) + " in the header, for it has the value \""
                        + VisibleText.of(row.get(i)) + "\".");
            } else if (!row.get(i).isBlank()) {
                throw rows.wrong("Expected " + columns.size() + " columns, but found " + row.size() + "." + QUOTES);
            }
        }
        return report(values, hint(row));
    }

    private String hint(List<String> row) {
        if (row.size() == 1) {
            return COMMAS;
        }
        boolean textInPlaceOfATime = !isNamed && row.size() > 2 && !row.get(2).matches("\\s*\\d.*");
        return textInPlaceOfATime ? QUOTES : "";
    }

    private Report json(String line) {
        Map<Column, String> values = new EnumMap<>(Column.class);
        for (Map.Entry<String, JsonNode> member : members(line)) {
            Column column = Column.of(member.getKey(), Column.OF_JSON);
            JsonNode value = member.getValue();
            if (column == null) {
                throw rows.wrong(unknown("member", member.getKey(), Column.OF_JSON));
            }
            boolean isLocation = column == Column.LOCATION;
            if (!value.isNull() && !(isLocation ? isPoint(value) : value.isString() || value.isIntegralNumber())) {
                throw rows.wrong("Expected " + form(column) + " as " + column + ", but found "
                        + VisibleText.of(value.toString()) + ".");
            }
            if (isLocation && !value.isNull()) {
                values.put(Column.X, value.get("x").asString());
                values.put(Column.Y, value.get("y").asString());
            }
            if (!value.isNull() && values.put(column, value.asString("")) != null) {
                throw rows.wrong(
                        "Expected each member once, but found \"" + VisibleText.of(member.getKey()) + "\" twice.");
            }
        }
        if (!values.containsKey(Column.STATUS)) {
            throw rows.wrong("Expected a status, such as {\"status\":\"OK\"}, but there is none.");
        }
        return report(values, "");
    }

    private static String form(Column column) {
        return switch (column) {
            case LOCATION -> POINT;
            case STATUS -> "a name or a whole number";
            default -> "a text";
        };
    }

    private static boolean isPoint(JsonNode value) {
        return value.size() == 2
                && value.path("x").isIntegralNumber()
                && value.path("y").isIntegralNumber();
    }

    private Iterable<Map.Entry<String, JsonNode>> members(String line) {
        String end = line.matches("\\s*[{\\[].*") ? "." : ". If it is CSV, say --format csv.";
        try {
            JsonNode object = JSON.readTree(line);
            if (object.isObject()) {
                return object.properties();
            }
        } catch (JacksonException wrong) {
            end = " (" + reason(wrong) + ")" + end;
        }
        throw rows.wrong("Expected one JSON object a line, such as {\"status\":\"OK\",\"info\":\"...\"}, but found \""
                + beginning(line) + "\"" + end);
    }

    /** Returns the reason in our own words, since Jackson's name its settings and classes. */
    private static String reason(JacksonException wrong) {
        if (wrong instanceof UnexpectedEndOfInputException) {
            return "it ends too early";
        }
        if (wrong.getOriginalMessage().startsWith("Duplicate")) {
            return "a member is there twice";
        }
        TokenStreamLocation place = wrong.getLocation(); // null beyond a limit of the parser
        return place == null ? "too long or too deep" : "no JSON at character " + place.getColumnNr();
    }

    private static String beginning(String text) {
        return VisibleText.of(VisibleText.cut(text, MAX_SHOWN));
    }

    private Report report(Map<Column, String> values, String hint) {
        String info = values.getOrDefault(Column.INFO, "");
        if (!TextConverter.isWhole(info)) {
            throw rows.wrong("Expected whole characters, but found half a surrogate pair in the info \""
                    + VisibleText.of(info) + "\".");
        }
        try {
            Report.Builder report = Report.newBuilder()
                    .setStatusValue(StatusNames.number(values.getOrDefault(Column.STATUS, "")))
                    .setInfo(info);
            String reportedAt = values.getOrDefault(Column.REPORTED_AT, "");
            if (!reportedAt.isBlank()) {
                report.setReportedAt(Times.fromText(reportedAt));
            }
            location(values).ifPresent(report::setLocation);
            return report.build();
        } catch (InputException wrong) {
            throw rows.wrong(wrong.getMessage() + hint);
        }
    }

    private static Optional<Point> location(Map<Column, String> values) {
        String x = values.getOrDefault(Column.X, "").strip();
        String y = values.getOrDefault(Column.Y, "").strip();
        if (x.isEmpty() != y.isEmpty()) {
            throw new InputException("Expected a value in both columns x and y, or in neither, but "
                    + (x.isEmpty() ? Column.X : Column.Y) + " is empty.");
        }
        return x.isEmpty() ? Optional.empty() : Optional.of(Points.point(x, y));
    }

    private static boolean isStatus(String text) {
        try {
            StatusNames.number(text);
            return true;
        } catch (InputException other) {
            return false;
        }
    }

    private static String unknown(String what, String name, List<Column> known) {
        return "Unknown " + what + " \"" + VisibleText.of(name) + "\": known are "
                + Joiner.on(", ").join(known) + "; leave out others.";
    }
}
