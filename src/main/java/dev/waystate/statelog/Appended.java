package dev.waystate.statelog;

/**
 * A batch that is stored.
 *
 * @param durableSequence the last stored sequence of its source, 0 when there is none
 */
public record Appended(long durableSequence) {}
