package dev.waystate.statelog.rpc;

import com.google.protobuf.Timestamp;
import dev.waystate.proto.Point;
import dev.waystate.proto.v1.Record;
import dev.waystate.proto.v1.Source;
import dev.waystate.proto.v1.Transition;
import dev.waystate.statelog.Batch;
import dev.waystate.statelog.SourceState;
import dev.waystate.statelog.StateRecord;
import dev.waystate.statelog.Track;
import java.time.Instant;

/** Converts what the log returns into messages. */
final class Messages {

    private Messages() {}

    static Record toRecord(StateRecord stored) {
        Record.Builder record = Record.newBuilder()
                .setPosition(stored.position())
                .setSource(stored.source())
                .setStatusValue(stored.status())
                .setInfo(stored.info())
                .setRecordedAt(toTimestamp(stored.recordedAt()));
        if (stored.sequence() != Batch.UNNUMBERED) {
            record.setSequence(stored.sequence());
        }
        if (stored.reportedAt() != null) {
            record.setReportedAt(toTimestamp(stored.reportedAt()));
        }
        if (stored.location() != null) {
            record.setLocation(toPoint(stored.location()));
        }
        return record.build();
    }

    static Source.Builder toSource(SourceState state) {
        Source.Builder source = Source.newBuilder()
                .setLatest(toRecord(state.latest()))
                .setDurableSequence(state.durableSequence())
                .setName(state.latest().source())
                .setStatusValue(state.latest().status())
                .setStateSince(toTimestamp(state.since()));
        Track track = state.track();
        if (track != null) {
            source.setLocation(toPoint(track.location()))
                    .setDisplacement(track.displacement())
                    .setTravelled(track.travelled());
        }
        return source;
    }

    static Transition toTransition(dev.waystate.statelog.Transition state) {
        Transition.Builder transition = Transition.newBuilder()
                .setPosition(state.position())
                .setStatusValue(state.status())
                .setSince(toTimestamp(state.since()));
        if (state.until() != null) {
            transition.setUntil(toTimestamp(state.until()));
        }
        return transition.build();
    }

    private static Point toPoint(dev.waystate.geometry.Point point) {
        return Point.newBuilder().setX(point.x()).setY(point.y()).build();
    }

    static Timestamp toTimestamp(Instant instant) {
        return Timestamp.newBuilder()
                .setSeconds(instant.getEpochSecond())
                .setNanos(instant.getNano())
                .build();
    }
}
