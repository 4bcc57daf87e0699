package dev.waystate.cli.connection;

import java.time.Duration;

/**
 * How long the server may keep a stream waiting.
 *
 * @param connect how long connecting may take
 * @param stall how long the server may take or acknowledge nothing of what it is sent
 */
public record Timeouts(Duration connect, Duration stall) {}
