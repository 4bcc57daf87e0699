package dev.waystate.statelog.view;

import dev.waystate.geometry.Point;
import dev.waystate.statelog.Report;
import dev.waystate.statelog.StateRecord;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * A row of the record table. It is turned into a record after a look at its checksum.
 *
 * @param previous the position of its source's record before, 0 for none; {@link #UNLINKED} in rows of the time before
 *     records were linked
 */
record RecordRow(
        long position,
        long sourceId,
        long sequence,
        int status,
        @Nullable String info,
        long reportedAt,
        long recordedAt,
        int checksum,
        long previous,
        @Nullable Point location) {

    static final long UNLINKED = -1;

    /** What stands for the time of a report that has none; no time that can be stored. */
    static final long NOT_REPORTED = Long.MIN_VALUE;

    /** What stands for the abscissa of a report without a location; no int. */
    private static final long NOT_LOCATED = Long.MIN_VALUE;

    /** As they are read: to ask the driver whether a column was null costs as much as another column. */
    static final String COLUMNS = "position, source_id, sequence, status, info, ifnull(reported_at, " + NOT_REPORTED
            + "), recorded_at, checksum, ifnull(previous, " + UNLINKED + "), ifnull(x, " + NOT_LOCATED + "), y";

    static final String INSERTED =
            "position, source_id, sequence, status, info, reported_at, recorded_at, checksum, previous, x, y";

    /** Returns the row of a report that is to be stored. */
    static RecordRow of(
            SourceRow source, long position, long sequence, Report report, long recordedAt, Checksum checksums) {
        RecordRow row = new RecordRow(
                position,
                source.id,
                sequence,
                report.status(),
                report.info(),
                report.reportedAt() == null ? NOT_REPORTED : Timestamps.toNanos(report.reportedAt()),
                recordedAt,
                0,
                source.position,
                report.location());
        return row.withChecksum(row.checksum(source.name, report.info(), checksums));
    }

    private RecordRow withChecksum(int value) {
        return new RecordRow(
                position, sourceId, sequence, status, info, reportedAt, recordedAt, value, previous, location);
    }

    static RecordRow read(ResultSet row) throws SQLException {
        long x = row.getLong(10);
        return new RecordRow(
                row.getLong(1),
                row.getLong(2),
                row.getLong(3),
                row.getInt(4),
                row.getString(5),
                row.getLong(6),
                row.getLong(7),
                row.getInt(8),
                row.getLong(9),
                x == NOT_LOCATED ? null : new Point((int) x, row.getInt(11)));
    }

    /** Returns the values of {@link #INSERTED} after the position. */
    Object[] values() {
        return new Object[] {
            sourceId,
            sequence,
            status,
            info,
            reportedAt == NOT_REPORTED ? null : reportedAt,
            recordedAt,
            checksum,
            previous,
            location == null ? null : location.x(),
            location == null ? null : location.y()
        };
    }

    /** Returns the record, or null when it is damaged. */
    @Nullable
    StateRecord toRecord(@Nullable String source, Checksum checksums) {
        if (source == null || info == null || checksum != checksum(source, info, checksums)) {
            return null;
        }
        return new StateRecord(
                position,
                source,
                sequence,
                status,
                info,
                reportedAt == NOT_REPORTED ? null : Timestamps.fromNanos(reportedAt),
                Timestamps.fromNanos(recordedAt),
                location);
    }

    private int checksum(String source, String text, Checksum checksums) {
        checksums
                .begin()
                .add(position)
                .add(sequence)
                .add(status)
                .add(reportedAt)
                .add(recordedAt)
                .add(0);
        if (previous != UNLINKED) {
            checksums.add(previous);
            if (location != null) {
                checksums.add(location.x()).add(location.y());
            }
        }
        return checksums.of(source, text);
    }
}
