package dev.waystate.statelog;

import dev.waystate.geometry.Point;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A stored report.
 *
 * @param position its place in the log, from 1
 * @param source who reported
 * @param sequence the source's number of it, from 1; or {@link Batch#UNNUMBERED}
 * @param status the number of the reported state
 * @param info free text for people, possibly empty
 * @param reportedAt when the source observed the state, by its own clock; null when it did not say
 * @param recordedAt when the log stored it, by the machine's clock as far as the log believes it; never before that of the
 *     record ahead of it
 * @param location where the source was; null when it did not say
 */
public record StateRecord(
        long position,
        String source,
        long sequence,
        int status,
        String info,
        @Nullable Instant reportedAt,
        Instant recordedAt,
        @Nullable Point location) {}
