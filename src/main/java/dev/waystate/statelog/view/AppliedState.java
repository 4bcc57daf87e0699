package dev.waystate.statelog.view;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How far a log has come, with the last entry that was applied.
 *
 * @param head the position of the newest record, 0 when there was none
 * @param recordedAt when the last entry was recorded, in nanoseconds since 1970; 0 when there was none
 * @param logId the id of the log
 * @param place where it is in the topic; null for a log without one, or that has not begun
 * @param importing the session that imports the log's history; null when none does
 */
record AppliedState(
        long head,
        long recordedAt,
        String logId,
        @Nullable TopicPlace place,
        @Nullable UUID importing) {}
