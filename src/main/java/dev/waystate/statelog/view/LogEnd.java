package dev.waystate.statelog.view;

import org.jspecify.annotations.Nullable;

/**
 * What the next entry follows.
 *
 * @param head the position of the newest record, 0 when there was none
 * @param recordedAt when the last entry was recorded, in nanoseconds since 1970; 0 when there was none
 * @param logId the id of the log
 * @param place where it is in the topic; null for a log without one, or that has not begun
 */
record LogEnd(
        long head, long recordedAt, String logId, @Nullable TopicPlace place) {}
