package dev.waystate.statelog.view;

import dev.waystate.geometry.Point;
import dev.waystate.statelog.Report;
import dev.waystate.statelog.StoredRecord;
import org.jspecify.annotations.Nullable;

/**
 * A record that is to be stored.
 *
 * @param reportedAt in nanoseconds since 1970, or {@link StoredRecord#NOT_REPORTED}
 * @param previous the position of its source's record before, 0 for none; {@link #UNLINKED} in those of the time before
 *     records were linked
 */
record RecordRow(
        long position,
        long sourceId,
        long sequence,
        int status,
        String info,
        long reportedAt,
        long recordedAt,
        long previous,
        @Nullable Point location) {

    static final long UNLINKED = -1;

    static RecordRow of(SourceRow source, long position, long sequence, Report report, long recordedAt) {
        return new RecordRow(
                position,
                source.id,
                sequence,
                report.status(),
                report.info(),
                report.reportedAt() == null ? StoredRecord.NOT_REPORTED : Timestamps.toNanos(report.reportedAt()),
                recordedAt,
                source.position,
                report.location());
    }

    /** Adds the numbers of the record to its checksum, as {@link Block#begin} does. */
    Checksum begin(Checksum checksum) {
        return Block.begin(checksum, position, sequence, status, reportedAt, recordedAt, previous, location);
    }
}
