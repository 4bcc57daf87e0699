package dev.waystate.console.api;

import dev.waystate.console.Problem;
import dev.waystate.proto.v1.ReadResponse;
import dev.waystate.text.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Records as server-sent events. The id of an event names the log, and the position up to which everything was sent. A
 * client that sends it as {@code Last-Event-ID} misses no record, and does not go on in another log unnoticed.
 */
final class EventStream implements Format<ReadResponse> {

    static final String CONTENT_TYPE = "text/event-stream";

    @Override
    public String contentType() {
        return CONTENT_TYPE;
    }

    @Override
    public List<byte[]> pieces(ReadResponse answer) {
        return switch (answer.getEventCase()) {
            case BATCH ->
                answer.getBatch().getRecordsList().stream()
                        .map(stored ->
                                Format.utf8(id(answer, stored.getPosition()) + data(Json.text(Json.record(stored)))))
                        .toList();
            case CAUGHT_UP ->
                List.of(Format.utf8(
                        id(answer, answer.getPosition()) + "event: caught-up\n" + data(Json.text(caughtUp(answer)))));
            default -> List.of(Format.utf8(": alive\n" + id(answer, answer.getPosition()) + "\n"));
        };
    }

    @Override
    public List<byte[]> end(Problem problem) {
        return List.of(Format.utf8("event: error\n" + data(Json.text(problem.members()))));
    }

    private static String id(ReadResponse answer, long position) {
        return "id: " + answer.getLogId() + ":" + position + "\n";
    }

    private static String data(String json) {
        return "data: " + json + "\n\n";
    }

    private static Map<String, Object> caughtUp(ReadResponse answer) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("position", answer.getPosition());
        members.put("log_id", answer.getLogId());
        return members;
    }
}
