package dev.waystate.statelog;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The beginning of an unbroken run of records of one source with the same status.
 *
 * @param source whose state it is
 * @param position the position of its first record, which retention may have removed
 * @param status the number of the status
 * @param since when its first record was recorded
 * @param until when the next state began; null when there is none, or it was not asked for
 */
public record Transition(
        String source,
        long position,
        int status,
        Instant since,
        @Nullable Instant until) {}
