package dev.waystate.statelog;

import java.time.Instant;
import java.util.List;

/**
 * How much a log holds.
 *
 * @param earliest the position of the oldest record that retention kept, or one above the head
 * @param head the position of the newest record, 0 when there is none
 * @param statuses the statuses that were ever reported, in the order of their numbers; the 1000 most reported ones if
 *     there are more
 */
public record Summary(long earliest, long head, List<StatusCount> statuses) {

    /**
     * How many sources were in which state at a time.
     *
     * @param time the time
     * @param position the position of the newest record that was recorded by then, 0 when there was none
     * @param statuses for each status that a source was in, in the order of the numbers, without reports
     */
    public record Snapshot(Instant time, long position, List<StatusCount> statuses) {}

    /**
     * How often a status occurs.
     *
     * @param status the number of the status
     * @param reports how many reports with it were ever stored, also those that retention removed; 0 as of an earlier
     *     moment
     * @param sources how many sources have it in their latest report
     */
    public record StatusCount(int status, long reports, long sources) {}
}
