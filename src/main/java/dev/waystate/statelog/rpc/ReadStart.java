package dev.waystate.statelog.rpc;

import dev.waystate.proto.v1.ReadRequest;
import dev.waystate.server.status.InvalidRequestException;
import dev.waystate.statelog.LogChangedException;
import dev.waystate.statelog.StateLog;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Finds where a reading begins. Used by one thread at a time. */
final class ReadStart {

    private static final Pattern LOG_ID = Pattern.compile("[0-9a-fA-F]{32}");

    /**
     * The part of the log that a replay reads. It ends at the head of its first moment. Records behind that, their
     * damage and their removal do not concern it.
     *
     * @param fromEarliest whether it begins at the earliest record, or at one of a time, and not where the client says
     */
    record Replay(long afterPositionExclusive, long end, boolean fromEarliest) {}

    private final StateLog stateLog;
    private final ReadRequest request;
    private final Runnable onReached;

    /** Set once the log has to come to the position of the request first. */
    private @Nullable CompletableFuture<Void> reached;

    /**
     * @param onReached runs when it is worth another {@link #find}, on a thread that must not be held up
     * @throws InvalidRequestException if a field of the request is out of range
     */
    ReadStart(StateLog stateLog, ReadRequest request, Runnable onReached) {
        this.stateLog = stateLog;
        this.request = request;
        this.onReached = onReached;
        if (request.getAfterPosition() < 0) {
            throw new InvalidRequestException(
                    "after_position", "expected a position from 0 on, but it is " + request.getAfterPosition());
        }
        if (request.hasSince()) {
            Fields.time("since", request.getSince());
        }
        if (!request.getLogId().isEmpty() && !LOG_ID.matcher(request.getLogId()).matches()) {
            throw new InvalidRequestException("log_id", "expected 32 hexadecimal digits, or nothing");
        }
    }

    /**
     * Finds where to begin and, for a replay, to end; null if the log has to come to the position first. May block.
     *
     * @throws LogChangedException if the request is for another log
     * @throws java.util.concurrent.CompletionException if the log does not come to the position
     */
    @Nullable
    Replay find() {
        long head = stateLog.head();
        if (!request.getLogId().isEmpty() && !request.getLogId().equalsIgnoreCase(stateLog.id())) {
            throw new LogChangedException(request.getLogId(), stateLog.id(), head);
        }
        return switch (request.getStartCase()) {
            case AFTER_POSITION -> after(request.getAfterPosition(), head);
            case SINCE -> fromEarliest(stateLog.firstSince(Fields.time("since", request.getSince())), head);
            case FROM_HEAD -> new Replay(head, head, false);
            case START_NOT_SET -> fromEarliest(stateLog.earliest(), head);
        };
    }

    private @Nullable Replay after(long position, long head) {
        if (position <= head) {
            return new Replay(position, head, false);
        }
        if (reached == null) {
            reached = stateLog.reached(position).toCompletableFuture();
            reached.whenComplete((nothing, problem) -> onReached.run());
        }
        if (!reached.isDone()) {
            return null; // the stream was woken for something else
        }
        reached.join();
        return new Replay(position, stateLog.head(), false);
    }

    /**
     * Returns the replay that begins with a record. That record may be above the head, if it was recorded since the
     * head was read.
     */
    private static Replay fromEarliest(long first, long head) {
        return new Replay(first - 1, Math.max(first - 1, head), true);
    }
}
