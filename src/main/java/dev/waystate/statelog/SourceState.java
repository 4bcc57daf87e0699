package dev.waystate.statelog;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The state of a source.
 *
 * @param latest its latest record, which retention may have removed from the log itself
 * @param durableSequence its last stored sequence, 0 when it has none
 * @param since when the first record of the unbroken run of its status was recorded
 * @param track where it is and how far it went; null when it never reported a location
 */
public record SourceState(
        StateRecord latest,
        long durableSequence,
        Instant since,
        @Nullable Track track) {}
