package dev.waystate.statelog.entry;

import dev.waystate.geometry.Point;
import dev.waystate.statelog.Report;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A log that goes on in another place: its bounds here, and its rows in the nested records.
 *
 * @param earliest the position of its earliest record, or one above the newest when none is kept
 * @param statesFrom the position from which on its transitions tell who was in which state
 */
public record History(long earliest, long statesFrom) {

    /**
     * A source.
     *
     * @param id the number by which other rows name it
     * @param durableSequence its last sequence, 0 when there is none
     * @param position that of its latest record
     * @param sequence that of its latest record
     * @param report its latest one, without the location
     * @param stateSince when the first record of the run of its present status was recorded
     * @param way null when it has reported no location
     */
    public record Source(
            long id,
            String name,
            long durableSequence,
            long position,
            long sequence,
            Report report,
            Instant recordedAt,
            Instant stateSince,
            @Nullable Way way) {}

    /**
     * Where a source went.
     *
     * @param locatedAt the position of its latest record with a location
     * @param travelled the length, rounded
     * @param rest what the rounding took off
     */
    public record Way(long locatedAt, Point first, Point latest, double travelled, double rest) {}

    /**
     * A record. Its position is one above that of the record before.
     *
     * @param previous the position of its source's record before, 0 for none; null when that is not known, as in
     *     records from before there were locations
     */
    public record Record(
            long sourceId,
            long sequence,
            Report report,
            Instant recordedAt,
            @Nullable Long previous) {

        /** @throws IllegalArgumentException if there is a location, but it is not known which record is before */
        public Record {
            if (report.location() != null && previous == null) {
                throw new IllegalArgumentException(
                        "expected a record with a location to name the one before, but it does not");
            }
        }
    }

    /** A state of a source begins. */
    public record Transition(long sourceId, long position, int status, Instant since) {}

    /** How often a status was reported, ever. */
    public record Total(int status, long reports) {}
}
