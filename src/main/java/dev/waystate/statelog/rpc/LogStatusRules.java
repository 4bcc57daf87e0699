package dev.waystate.statelog.rpc;

import dev.waystate.server.status.ErrorDetails;
import dev.waystate.server.status.StatusRules;
import dev.waystate.server.status.StatusTable;
import dev.waystate.statelog.DamagedRecordException;
import dev.waystate.statelog.FencedException;
import dev.waystate.statelog.LogChangedException;
import dev.waystate.statelog.LogFullException;
import dev.waystate.statelog.LogUnavailableException;
import dev.waystate.statelog.PositionBeyondHeadException;
import dev.waystate.statelog.PrunedPositionException;
import dev.waystate.statelog.SequenceGapException;
import dev.waystate.statelog.UnknownSourceException;
import dev.waystate.statelog.UnknownStatesException;
import io.grpc.Status.Code;
import java.time.Duration;
import java.util.Map;
import org.springframework.stereotype.Component;

/** What clients are told of the log's exceptions. */
@Component
class LogStatusRules implements StatusRules {

    private static final Duration RETRY_DELAY = Duration.ofSeconds(1);

    @Override
    public void addTo(StatusTable table) {
        table.add(
                SequenceGapException.class,
                Code.FAILED_PRECONDITION,
                gap -> ErrorDetails.reason("SEQUENCE_GAP", "expected_sequence", gap.expected()));
        table.add(FencedException.class, Code.ABORTED, fenced -> null);
        table.add(
                PrunedPositionException.class,
                Code.OUT_OF_RANGE,
                pruned -> ErrorDetails.reason("POSITION_PRUNED", "earliest_position", pruned.earliest()));
        table.add(
                PositionBeyondHeadException.class,
                Code.OUT_OF_RANGE,
                beyond -> ErrorDetails.reason("POSITION_BEYOND_HEAD", "head_position", beyond.head()));
        table.add(
                LogChangedException.class,
                Code.FAILED_PRECONDITION,
                changed -> ErrorDetails.reason(
                        "LOG_CHANGED", Map.of("log_id", changed.id(), "head_position", Long.toString(changed.head()))));
        table.add(
                UnknownStatesException.class,
                Code.OUT_OF_RANGE,
                unknown -> ErrorDetails.reason("STATES_UNKNOWN", "first_position", unknown.first()));
        table.add(
                UnknownSourceException.class,
                Code.NOT_FOUND,
                unknown -> ErrorDetails.reason("SOURCE_UNKNOWN", Map.of()));
        table.add(
                DamagedRecordException.class,
                Code.DATA_LOSS,
                damaged -> ErrorDetails.reason("RECORD_DAMAGED", "position", damaged.position()));
        table.add(LogFullException.class, Code.RESOURCE_EXHAUSTED, full -> ErrorDetails.retryAfter(RETRY_DELAY));
        table.add(LogUnavailableException.class, Code.UNAVAILABLE, unavailable -> ErrorDetails.retryAfter(RETRY_DELAY));
    }
}
