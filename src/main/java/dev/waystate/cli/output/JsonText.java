package dev.waystate.cli.output;

import java.util.Map;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/** JSON objects, each on one line. */
public final class JsonText {

    private static final ObjectWriter WRITER = JsonMapper.builder()
            .enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN)
            .build()
            .writer();

    private JsonText() {}

    /** Returns the object, its members in the order of the map. */
    public static String of(Map<String, ?> object) {
        return WRITER.writeValueAsString(object);
    }
}
