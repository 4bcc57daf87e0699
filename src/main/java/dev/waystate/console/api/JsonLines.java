package dev.waystate.console.api;

import dev.waystate.console.Problem;
import dev.waystate.proto.v1.ReadResponse;
import dev.waystate.text.Json;
import java.util.List;
import java.util.Map;

/** Records as JSON objects, each on one line. An empty line is a sign of life. */
final class JsonLines implements Format<ReadResponse> {

    private static final byte[] EMPTY_LINE = {'\n'};

    @Override
    public String contentType() {
        return "application/x-ndjson";
    }

    @Override
    public List<byte[]> pieces(ReadResponse answer) {
        return answer.hasHeartbeat()
                ? List.of(EMPTY_LINE)
                : answer.getBatch().getRecordsList().stream()
                        .map(stored -> line(Json.record(stored)))
                        .toList();
    }

    @Override
    public List<byte[]> end(Problem problem) {
        return List.of(line(Map.of("error", problem.members())));
    }

    private static byte[] line(Map<String, Object> members) {
        return Format.utf8(Json.text(members) + "\n");
    }
}
