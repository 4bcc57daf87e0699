package dev.waystate.statelog;

import dev.waystate.geometry.Point;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A state report as its source sends it.
 *
 * @param status the number of the reported state; any int, known to this version or not
 * @param info free text for people, possibly empty
 * @param reportedAt when the source observed the state, by its own clock; null when it did not say
 * @param location where the source was; null when it did not say
 */
public record Report(
        int status,
        String info,
        @Nullable Instant reportedAt,
        @Nullable Point location) {

    /** A report without a location. */
    public Report(int status, String info, @Nullable Instant reportedAt) {
        this(status, info, reportedAt, null);
    }
}
