package dev.waystate.console.live;

import dev.waystate.console.live.FrameBuilder.Merged;
import dev.waystate.geometry.Point;
import dev.waystate.statelog.StateRecord;
import dev.waystate.text.StatusNames;
import dev.waystate.text.Times;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.json.JsonMapper;

/** The events of the stream in the form in which they are sent: text/event-stream with JSON as data. */
final class LiveEvents {

    /** A comment, which says only that the stream is alive. */
    static final byte[] SIGN_OF_LIFE = ":\n\n".getBytes(StandardCharsets.US_ASCII);

    static final byte[] BYE = event("bye", json -> {});

    private LiveEvents() {}

    static byte[] hello(String logId, long head, long earliest, Instant now, @Nullable String version) {
        return event("hello", json -> {
            json.writeStringProperty("log_id", logId);
            json.writeNumberProperty("head_position", head);
            json.writeNumberProperty("earliest_position", earliest);
            json.writeStringProperty("now", Times.toNanos(now));
            if (version != null) {
                json.writeStringProperty("server_version", version);
            }
        });
    }

    /** @param position where the stream goes on */
    static byte[] reset(ResetReason reason, String logId, long position) {
        return event("reset", json -> {
            json.writeStringProperty("reason", reason.name());
            json.writeStringProperty("log_id", logId);
            json.writeNumberProperty("position", position);
        });
    }

    static byte[] error(Map<String, ?> problem) {
        return event("error", json -> problem.forEach(json::writePOJOProperty));
    }

    /** A frame without news. */
    static byte[] heartbeat(long position, Instant now) {
        return frame(position, position, now, 0, List.of(), List.of(), 0);
    }

    static byte[] frame(
            long after,
            long position,
            Instant now,
            long count,
            Collection<Merged> sources,
            Collection<StateRecord> records,
            long omitted) {
        return event("frame", json -> {
            json.writeNumberProperty("after", after);
            json.writeNumberProperty("position", position);
            json.writeStringProperty("now", Times.toNanos(now));
            json.writeNumberProperty("count", count);
            json.writeArrayPropertyStart("sources");
            sources.forEach(source -> writeSource(json, source));
            json.writeEndArray();
            json.writeArrayPropertyStart("records");
            records.forEach(record -> writeRecord(json, record));
            json.writeEndArray();
            json.writeNumberProperty("omitted", omitted);
        });
    }

    private static void writeSource(JsonGenerator json, Merged source) {
        StateRecord last = source.last();
        json.writeStartObject();
        json.writeStringProperty("source", last.source());
        json.writeNumberProperty("position", last.position());
        writeStatusAndInfo(json, last);
        json.writeStringProperty("since", Times.toNanos(source.since()));
        json.writeBooleanProperty("whole", source.whole());
        writeTimesAndPlace(json, last, source.location());
        json.writeEndObject();
    }

    /** Writes a record with the members that the commands print. */
    private static void writeRecord(JsonGenerator json, StateRecord record) {
        json.writeStartObject();
        json.writeNumberProperty("position", record.position());
        json.writeStringProperty("source", record.source());
        if (record.sequence() > 0) {
            json.writeNumberProperty("sequence", record.sequence());
        }
        writeStatusAndInfo(json, record);
        writeTimesAndPlace(json, record, record.location());
        json.writeEndObject();
    }

    private static void writeStatusAndInfo(JsonGenerator json, StateRecord record) {
        json.writePOJOProperty("status", StatusNames.json(record.status()));
        json.writeStringProperty("info", record.info());
    }

    private static void writeTimesAndPlace(JsonGenerator json, StateRecord record, @Nullable Point location) {
        if (record.reportedAt() != null) {
            json.writeStringProperty("reported_at", Times.toNanos(record.reportedAt()));
        }
        json.writeStringProperty("recorded_at", Times.toNanos(record.recordedAt()));
        if (location != null) {
            json.writeObjectPropertyStart("location");
            json.writeNumberProperty("x", location.x());
            json.writeNumberProperty("y", location.y());
            json.writeEndObject();
        }
    }

    private static byte[] event(String name, Consumer<JsonGenerator> members) {
        ByteArrayOutputStream event = new ByteArrayOutputStream();
        event.writeBytes(("event: " + name + "\ndata: ").getBytes(StandardCharsets.US_ASCII));
        try (JsonGenerator json = JsonMapper.shared().createGenerator(event)) {
            json.writeStartObject();
            members.accept(json);
            json.writeEndObject();
        }
        event.writeBytes("\n\n".getBytes(StandardCharsets.US_ASCII));
        return event.toByteArray();
    }
}
