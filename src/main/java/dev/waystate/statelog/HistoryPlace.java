package dev.waystate.statelog;

/**
 * Where the records of a source go on, from the newest to the oldest.
 *
 * @param position of the next record if {@code known}, else the position below which it is searched
 * @param known whether the position of the next record is known
 */
public record HistoryPlace(long position, boolean known) {}
