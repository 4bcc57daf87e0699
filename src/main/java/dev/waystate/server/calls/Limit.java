package dev.waystate.server.calls;

import java.util.Locale;

/** The limits for which a call can be refused or ended. Each is a property below {@code waystate.limits}. */
public enum Limit {
    CALLER_RATE,
    CONNECTIONS,
    INBOUND_MEMORY,
    MESSAGE_TIMEOUT,
    OUTBOUND_MEMORY,
    READER_STALL_TIMEOUT,
    SENDER_STALL_TIMEOUT,
    UNARY_DEADLINE;

    /** Returns the last part of the property's name. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
