package dev.waystate.statelog.entry;

import java.util.UUID;

/**
 * Identifies an entry, even if it is in the topic several times.
 *
 * @param session the session of the process that made it
 * @param counter its place among the entries of the session, from 1
 */
public record Origin(UUID session, long counter) {}
