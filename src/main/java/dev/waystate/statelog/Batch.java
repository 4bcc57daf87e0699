package dev.waystate.statelog;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reports of one source. Numbered ones are stored together or not at all; others may be stored in part.
 *
 * @param source who reports
 * @param claim the claim of the stream that appends them, of the same source and log; null for reports that no later
 *     stream fences
 * @param firstSequence the sequence of the first report, from 1, the others following without gaps; or
 *     {@link #UNNUMBERED}
 * @param reports in the order in which they are to be stored; owned by the log from here on
 */
public record Batch(String source, @Nullable Claim claim, long firstSequence, List<Report> reports) {

    /** The first sequence of reports that carry none. */
    public static final long UNNUMBERED = 0;

    /** A batch without a claim. */
    public Batch(String source, long firstSequence, List<Report> reports) {
        this(source, null, firstSequence, reports);
    }
}
