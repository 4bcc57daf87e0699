package dev.waystate.statelog;

import java.util.List;

/**
 * How much a log holds.
 *
 * @param earliest the position of the oldest record that retention kept, or one above the head
 * @param head the position of the newest record, 0 when there is none
 * @param statuses the statuses that were ever reported, in the order of their numbers; the 1000 most reported ones when
 *     there are more
 */
public record Summary(long earliest, long head, List<StatusCount> statuses) {

    /**
     * How often a status occurs.
     *
     * @param status the number of the status
     * @param reports how many reports with it were ever stored, also those that retention removed
     * @param sources how many sources have it in their latest report
     */
    public record StatusCount(int status, long reports, long sources) {}
}
