package dev.waystate.text;

import dev.waystate.proto.Displacement;
import dev.waystate.proto.Point;
import dev.waystate.proto.v1.GetSummaryResponse;
import dev.waystate.proto.v1.Record;
import dev.waystate.proto.v1.Snapshot;
import dev.waystate.proto.v1.Source;
import dev.waystate.proto.v1.StatusCount;
import dev.waystate.proto.v1.Transition;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/** The server's answers as JSON objects. Members without a value are left out. */
public final class Json {

    private static final ObjectWriter WRITER = JsonMapper.builder()
            .enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN)
            .build()
            .writer();

    private Json() {}

    /** Returns an object on one line, its members in the order of the map. */
    public static String text(Map<String, ?> object) {
        return WRITER.writeValueAsString(object);
    }

    /** Returns the line of an object in UTF-8. */
    public static byte[] bytes(Map<String, ?> object) {
        return WRITER.writeValueAsBytes(object);
    }

    public static Map<String, Object> displacement(Displacement displacement, float distance) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("start", point(displacement.getStart()));
        members.put("end", point(displacement.getEnd()));
        members.put("distance", Distances.json(distance));
        return members;
    }

    public static Map<String, Object> point(Point point) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("x", point.getX());
        members.put("y", point.getY());
        return members;
    }

    public static Map<String, Object> record(Record stored) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("position", stored.getPosition());
        members.put("source", stored.getSource());
        if (stored.getSequence() > 0) {
            members.put("sequence", stored.getSequence());
        }
        members.put("status", StatusNames.json(stored.getStatusValue()));
        members.put("info", stored.getInfo());
        if (stored.hasReportedAt()) {
            members.put("reported_at", Times.toNanos(stored.getReportedAt()));
        }
        members.put("recorded_at", Times.toNanos(stored.getRecordedAt()));
        if (stored.hasLocation()) {
            members.put("location", point(stored.getLocation()));
        }
        return members;
    }

    /**
     * Returns the members of the latest record and of the track; the location is that of the track.
     *
     * @param near whether sources near a point were asked for, so that they have a distance
     */
    public static Map<String, Object> source(Source source, boolean near) {
        Map<String, Object> members = new LinkedHashMap<>();
        if (source.hasLatest()) {
            members.putAll(record(source.getLatest()));
            members.remove("location");
            members.put("durable_sequence", source.getDurableSequence());
        } else {
            members.put("source", source.getName());
            members.put("status", StatusNames.json(source.getStatusValue()));
        }
        members.put("state_since", Times.toNanos(source.getStateSince()));
        if (source.hasLocation()) {
            members.put("location", point(source.getLocation()));
            members.put("displacement", Distances.json(source.getDisplacement()));
            members.put("travelled", BigDecimal.valueOf(source.getTravelled()).stripTrailingZeros());
        }
        if (near) {
            members.put("distance", Distances.json(source.getDistance()));
        }
        return members;
    }

    public static Map<String, Object> transition(Transition state) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("position", state.getPosition());
        members.put("status", StatusNames.json(state.getStatusValue()));
        members.put("since", Times.toNanos(state.getSince()));
        if (state.hasUntil()) {
            members.put("until", Times.toNanos(state.getUntil()));
        }
        return members;
    }

    public static Map<String, Object> summary(GetSummaryResponse summary) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("earliest_position", summary.getEarliestPosition());
        members.put("head_position", summary.getHeadPosition());
        members.put(
                "statuses", summary.getStatusesList().stream().map(Json::count).toList());
        members.put("as_of_position", summary.getAsOfPosition());
        members.put("log_id", summary.getLogId());
        if (summary.getSnapshotsCount() > 0) {
            members.put(
                    "snapshots",
                    summary.getSnapshotsList().stream().map(Json::snapshot).toList());
        }
        return members;
    }

    private static Map<String, Object> snapshot(Snapshot snapshot) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("time", Times.toNanos(snapshot.getTime()));
        members.put("position", snapshot.getPosition());
        members.put(
                "statuses", snapshot.getStatusesList().stream().map(Json::count).toList());
        return members;
    }

    private static Map<String, Object> count(StatusCount count) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("status", StatusNames.json(count.getStatusValue()));
        if (count.getReports() > 0) { // of an earlier moment, only the sources are counted
            members.put("reports", count.getReports());
        }
        members.put("sources", count.getSources());
        return members;
    }
}
