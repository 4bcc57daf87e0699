package dev.waystate.cli.input;

import dev.waystate.cli.output.InputException;
import dev.waystate.cli.output.TerminalText;
import java.io.IOException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;

/**
 * One report a line, as a JSON object with a status, by name or number, an info and a reported_at. Further properties are
 * skipped.
 */
final class JsonReports<T> implements ReportSource<T> {

    private static final String EXPECTED =
            "Expected one JSON object a line, such as {\"status\":\"OK\",\"info\":\"...\"}, but found ";

    private final InputLines lines;
    private final Function<ReportFields, T> converter;
    private final ObjectReader reader = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build()
            .reader();

    JsonReports(InputLines lines, Function<ReportFields, T> converter) {
        this.lines = lines;
        this.converter = converter;
    }

    @Override
    public @Nullable T next() {
        String line;
        while ((line = lines.next()) != null) {
            if (!line.isBlank()) {
                return lines.parse(line, this::report);
            }
        }
        return null;
    }

    private T report(String line) {
        JsonNode object = parse(line);
        JsonNode info = object.path("info");
        JsonNode status = object.path("status");
        if (!object.isObject() || !status.isValueNode() || info.isContainer()) {
            throw new InputException(EXPECTED + "\"" + TerminalText.of(line) + "\".");
        }
        return converter.apply(
                new ReportFields(status.asString(), info.asString(""), reportedAt(object.path("reported_at"))));
    }

    private static @Nullable String reportedAt(JsonNode time) {
        if (time.isMissingNode() || time.isNull()) {
            return null;
        }
        return time.isString() ? time.stringValue() : time.toString();
    }

    private JsonNode parse(String line) {
        try {
            return reader.readTree(line);
        } catch (JacksonException wrong) {
            throw new InputException(EXPECTED + "\"" + TerminalText.of(line) + "\".", wrong);
        }
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
