package dev.waystate.statelog;

/**
 * A batch that is stored.
 *
 * @param durableSequence the last stored sequence of its source, 0 when there is none
 * @param position the position of the newest record when the batch was stored; a reader that has come so far has seen
 *     the reports
 */
public record Appended(long durableSequence, long position) {}
