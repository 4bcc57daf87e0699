package dev.waystate.statelog.entry;

import java.util.UUID;

/**
 * Who made an entry: it is found again by this, wherever it stands in the log.
 *
 * @param session of the process that made it
 * @param counter its place among the entries of the session, from 1
 */
public record Origin(UUID session, long counter) {}
