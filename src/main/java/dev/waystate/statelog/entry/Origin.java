package dev.waystate.statelog.entry;

import java.util.UUID;

/**
 * Identifies an entry, however often it stands in the topic.
 *
 * @param session of the process that made it
 * @param counter its place among the entries of the session, from 1
 */
public record Origin(UUID session, long counter) {}
