package dev.waystate.statelog;

import java.util.List;

/**
 * Reports of one source, stored together or not at all.
 *
 * @param source who reports
 * @param firstSequence the sequence of the first report, from 1, the others following without gaps; or
 *     {@link #UNNUMBERED}
 * @param reports in the order in which they are to be stored; owned by the log from here on
 */
public record Batch(String source, long firstSequence, List<Report> reports) {

    /** The first sequence of reports that carry none. */
    public static final long UNNUMBERED = 0;
}
