package dev.waystate.statelog.rpc;

import com.google.protobuf.Timestamp;
import dev.waystate.proto.v1.GetSummaryRequest;
import dev.waystate.proto.v1.GetSummaryResponse;
import dev.waystate.proto.v1.Period;
import dev.waystate.proto.v1.Snapshot;
import dev.waystate.proto.v1.StatusCount;
import dev.waystate.server.status.InvalidRequestException;
import dev.waystate.statelog.StateLog;
import dev.waystate.statelog.Summary;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.springframework.stereotype.Component;

/** Sums up the log: now, as of an earlier moment, and over time. */
@Component
class Summaries {

    /** The most bytes of a summary: a thousand statuses. Most logs have a handful. */
    static final int MOST_BYTES = 64 * 1024;

    /** The most bytes of a summary over time: a thousand times, each with 50 statuses. */
    static final int MOST_BYTES_OVER_TIME = 1024 * 1024;

    private static final int MAX_STEPS = 1_000;
    private static final int MAX_STATUSES_OVER_TIME = 50;

    private final StateLog stateLog;
    private final Moments moments;

    Summaries(StateLog stateLog, Moments moments) {
        this.stateLog = stateLog;
        this.moments = moments;
    }

    /** @throws InvalidRequestException if a field is out of range */
    GetSummaryResponse summary(GetSummaryRequest request) {
        OptionalLong asOf = request.hasAsOf()
                ? OptionalLong.of(moments.position("as_of", request.getAsOf()))
                : OptionalLong.empty();
        Summary now = stateLog.summary(); // after that, or it could be above the head
        GetSummaryResponse.Builder response = GetSummaryResponse.newBuilder()
                .setEarliestPosition(now.earliest())
                .setHeadPosition(now.head())
                .setLogId(stateLog.id());
        if (asOf.isPresent()) {
            response.setAsOfPosition(asOf.getAsLong())
                    .addAllStatuses(toMessages(stateLog.statusesAt(asOf.getAsLong())));
        } else {
            response.setAsOfPosition(now.head()).addAllStatuses(toMessages(now.statuses()));
        }
        if (request.hasPeriod()) {
            stateLog.statusesAt(times(request.getPeriod()), MAX_STATUSES_OVER_TIME)
                    .forEach(snapshot -> response.addSnapshots(Snapshot.newBuilder()
                            .setTime(Messages.toTimestamp(snapshot.time()))
                            .setPosition(snapshot.position())
                            .addAllStatuses(toMessages(snapshot.statuses()))));
        }
        return response.build();
    }

    private static List<StatusCount> toMessages(List<Summary.StatusCount> counts) {
        return counts.stream()
                .map(count -> StatusCount.newBuilder()
                        .setStatusValue(count.status())
                        .setReports(count.reports())
                        .setSources(count.sources())
                        .build())
                .toList();
    }

    private static List<Instant> times(Period period) {
        Instant start = time("period.start_time", period.hasStartTime(), period.getStartTime());
        Instant end = time("period.end_time", period.hasEndTime(), period.getEndTime());
        if (!end.isAfter(start)) {
            throw new InvalidRequestException("period.end_time", "expected a time after period.start_time");
        }
        int steps = period.getSteps();
        if (steps < 2 || steps > MAX_STEPS) {
            throw new InvalidRequestException("period.steps", "expected 2 to " + MAX_STEPS + ", but it is " + steps);
        }
        Duration whole = Duration.between(start, end);
        List<Instant> times = new ArrayList<>(steps);
        for (int i = 0; i < steps; i++) {
            times.add(start.plus(whole.multipliedBy(i).dividedBy(steps - 1)));
        }
        return times;
    }

    private static Instant time(String field, boolean present, Timestamp time) {
        if (!present) {
            throw new InvalidRequestException(field, "expected a time, but it is missing");
        }
        return Fields.time(field, time);
    }
}
