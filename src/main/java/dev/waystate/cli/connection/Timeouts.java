package dev.waystate.cli.connection;

import java.time.Duration;

/**
 * What a stream may take.
 *
 * @param connect how long connecting may take
 * @param stall how long the stream may stand still that the server should move
 */
public record Timeouts(Duration connect, Duration stall) {}
