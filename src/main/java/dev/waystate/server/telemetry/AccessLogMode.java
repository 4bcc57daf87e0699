package dev.waystate.server.telemetry;

/** Which calls have a line in the log. */
enum AccessLogMode {
    /** All, as far as there are not too many. */
    ALL,
    /** Those that do not end with OK. */
    ERRORS,
    OFF
}
