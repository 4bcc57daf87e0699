package dev.waystate.cli;

import java.util.Map;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/** JSON objects, each on one line. */
final class JsonText {

    private static final ObjectWriter WRITER = JsonMapper.builder().build().writer();

    private JsonText() {}

    /** Returns the object, its members in the order of the map. */
    static String of(Map<String, ?> object) {
        return WRITER.writeValueAsString(object);
    }
}
