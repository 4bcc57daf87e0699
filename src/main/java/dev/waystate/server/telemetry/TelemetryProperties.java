package dev.waystate.server.telemetry;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What the log says of calls.
 *
 * @param accessLog which calls have a line in the log: {@code all}, {@code errors} or {@code off}
 */
@ConfigurationProperties("waystate")
record TelemetryProperties(@DefaultValue("all") AccessLogMode accessLog) {}
