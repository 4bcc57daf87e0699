package dev.waystate.statelog;

/**
 * Where the records of a source go on, from the newest to the oldest.
 *
 * @param position of the next record, if it is known; else all that is below
 * @param known whether it is
 */
public record HistoryPlace(long position, boolean known) {}
