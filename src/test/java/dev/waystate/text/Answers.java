package dev.waystate.text;

import com.google.protobuf.Timestamp;
import dev.waystate.proto.v1.GetSummaryResponse;
import dev.waystate.proto.v1.Record;
import dev.waystate.proto.v1.Snapshot;
import dev.waystate.proto.v1.StatusCount;
import dev.waystate.proto.v1.Transition;

/** Answers of a log, for the tests of what they look like as text and as JSON. */
public final class Answers {

    public static final Record RECORD = Record.newBuilder()
            .setPosition(7)
            .setSource("\u00e9")
            .setStatusValue(2)
            .setInfo("a \"b\"\n\u001b")
            .setRecordedAt(Timestamp.newBuilder().setSeconds(1_770_091_506).setNanos(123_456_789))
            .build();

    public static final GetSummaryResponse SUMMARY = GetSummaryResponse.newBuilder()
            .setEarliestPosition(5)
            .setHeadPosition(1_000)
            .setAsOfPosition(1_000)
            .setLogId("0123456789abcdef0123456789abcdef")
            .addStatuses(count(1, 900, 80))
            .addStatuses(count(3, 99, 20))
            .addStatuses(count(-4, 1, 0))
            .build();

    /** A summary of an earlier moment, which counts no reports. */
    public static final GetSummaryResponse EARLIER_SUMMARY = SUMMARY.toBuilder()
            .setAsOfPosition(7)
            .clearStatuses()
            .addStatuses(count(1, 0, 5))
            .build();

    public static final GetSummaryResponse SUMMARY_OVER_TIME = SUMMARY.toBuilder()
            .addSnapshots(snapshot(1_770_091_506, 3).addStatuses(count(3, 0, 2)))
            .addSnapshots(
                    snapshot(1_770_091_566, 900).addStatuses(count(-4, 0, 11)).addStatuses(count(3, 0, 1)))
            .build();

    /** A state that another one has followed, and that one, which lasts. */
    public static final Transition ENDED = Transition.newBuilder()
            .setPosition(7)
            .setStatusValue(3)
            .setSince(Times.fromText("2026-02-03T04:05:06.123Z"))
            .setUntil(Times.fromText("2026-02-03T06:06:06Z"))
            .build();

    public static final Transition PRESENT = ENDED.toBuilder()
            .setPosition(9)
            .setStatusValue(99)
            .setSince(ENDED.getUntil())
            .clearUntil()
            .build();

    private Answers() {}

    private static Snapshot.Builder snapshot(long seconds, long position) {
        return Snapshot.newBuilder()
                .setTime(Timestamp.newBuilder().setSeconds(seconds))
                .setPosition(position);
    }

    private static StatusCount count(int status, long reports, long sources) {
        return StatusCount.newBuilder()
                .setStatusValue(status)
                .setReports(reports)
                .setSources(sources)
                .build();
    }
}
