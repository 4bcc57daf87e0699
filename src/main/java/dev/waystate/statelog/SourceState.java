package dev.waystate.statelog;

/**
 * The state of a source.
 *
 * @param latest its latest record, which retention may have removed from the log itself
 * @param durableSequence its last stored sequence, 0 when it has none
 */
public record SourceState(StateRecord latest, long durableSequence) {}
