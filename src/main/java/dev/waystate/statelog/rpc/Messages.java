package dev.waystate.statelog.rpc;

import com.google.protobuf.Timestamp;
import dev.waystate.proto.v1.GetSummaryResponse;
import dev.waystate.proto.v1.Record;
import dev.waystate.proto.v1.Source;
import dev.waystate.proto.v1.StatusCount;
import dev.waystate.statelog.Batch;
import dev.waystate.statelog.SourceState;
import dev.waystate.statelog.StateRecord;
import dev.waystate.statelog.Summary;
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
        return record.build();
    }

    static Source toSource(SourceState state) {
        return Source.newBuilder()
                .setLatest(toRecord(state.latest()))
                .setDurableSequence(state.durableSequence())
                .build();
    }

    static GetSummaryResponse toResponse(Summary summary) {
        GetSummaryResponse.Builder response = GetSummaryResponse.newBuilder()
                .setEarliestPosition(summary.earliest())
                .setHeadPosition(summary.head());
        summary.statuses()
                .forEach(count -> response.addStatuses(StatusCount.newBuilder()
                        .setStatusValue(count.status())
                        .setReports(count.reports())
                        .setSources(count.sources())));
        return response.build();
    }

    static Timestamp toTimestamp(Instant instant) {
        return Timestamp.newBuilder()
                .setSeconds(instant.getEpochSecond())
                .setNanos(instant.getNano())
                .build();
    }
}
