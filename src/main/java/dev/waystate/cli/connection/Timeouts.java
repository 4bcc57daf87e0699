package dev.waystate.cli.connection;

import java.time.Duration;

/**
 * What a stream may take.
 *
 * @param connect how long connecting may take
 * @param stall how long the server may take or acknowledge nothing of what it is sent
 */
public record Timeouts(Duration connect, Duration stall) {}
