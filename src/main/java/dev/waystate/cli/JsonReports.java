package dev.waystate.cli;

import dev.waystate.proto.Data;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;

/** One report a line, as a JSON object with a status, by name or number, and an info. Further properties are skipped. */
final class JsonReports implements ReportSource {

    private static final String EXPECTED =
            "Expected one JSON object a line, such as {\"status\":\"OK\",\"info\":\"...\"}, but found ";

    private final InputLines lines;
    private final ObjectReader reader = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build()
            .reader();

    JsonReports(InputLines lines) {
        this.lines = lines;
    }

    @Override
    public @Nullable Data next() {
        String line;
        while ((line = lines.next()) != null) {
            if (!line.isBlank()) {
                return lines.parse(line, this::report);
            }
        }
        return null;
    }

    private Data report(String line) {
        JsonNode object = parse(line);
        JsonNode info = object.path("info");
        JsonNode status = object.path("status");
        if (!object.isObject() || !status.isValueNode() || info.isContainer()) {
            throw new InputException(EXPECTED + "\"" + TerminalText.of(line) + "\".");
        }
        return StatusNames.report(StatusNames.number(status.asString()), info.asString(""));
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
