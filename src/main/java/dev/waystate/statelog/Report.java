package dev.waystate.statelog;

import dev.waystate.geometry.Point;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A state report as its source sends it.
 *
 * @param status the number of the reported state; any int, known to this version or not
 * @param info free text for people, possibly empty
 * @param reportedAt when the source observed the state, by its own clock, from {@link #EARLIEST_TIME} until before
 *     {@link #LATEST_TIME_EXCLUSIVE}; null when it did not say
 * @param location where the source was; null when it did not say
 */
public record Report(
        int status,
        String info,
        @Nullable Instant reportedAt,
        @Nullable Point location) {

    /** The earliest time that a log keeps: in 64 bits, nanoseconds since 1970 count whole years from here on. */
    public static final Instant EARLIEST_TIME = Instant.parse("1678-01-01T00:00:00Z");

    /** The end, exclusive, of the times that a log keeps, for the same reason. */
    public static final Instant LATEST_TIME_EXCLUSIVE = Instant.parse("2262-01-01T00:00:00Z");

    /** A report without a location. */
    public Report(int status, String info, @Nullable Instant reportedAt) {
        this(status, info, reportedAt, null);
    }
}
