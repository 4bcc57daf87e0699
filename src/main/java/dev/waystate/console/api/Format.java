package dev.waystate.console.api;

import dev.waystate.console.Problem;
import dev.waystate.text.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** How the answers of a call are written. */
interface Format<A> {

    String contentType();

    /** Returns the pieces of one answer. */
    List<byte[]> pieces(A answer);

    /** Returns the pieces that tell of a problem after some answers; none if the format has no place for it. */
    List<byte[]> end(Problem problem);

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Returns the format of a call that has one answer, a JSON object. */
    static <A> Format<A> object(Function<A, Map<String, Object>> members) {
        return new Format<>() {
            @Override
            public String contentType() {
                return "application/json";
            }

            @Override
            public List<byte[]> pieces(A answer) {
                return List.of(Json.bytes(members.apply(answer)));
            }

            @Override
            public List<byte[]> end(Problem problem) {
                return List.of();
            }
        };
    }
}
