package dev.waystate.statelog.view;

import dev.waystate.geometry.Point;
import dev.waystate.statelog.Report;
import dev.waystate.statelog.StateRecord;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
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

    /** How the columns of {@link #INSERTED} after the position are made of the parameters of {@link #values}. */
    static final List<String> VALUES = List.of("?", "?", "?", "?", "?", "?", "?", "?", "? >> 32, ? << 32 >> 32");

    /** Returns the row of a report that is to be stored. */
    static RecordRow of(
            SourceRow source, long position, long sequence, Report report, long recordedAt, Checksum checksums) {
        long reportedAt = report.reportedAt() == null ? NOT_REPORTED : Timestamps.toNanos(report.reportedAt());
        begin(
                checksums,
                position,
                sequence,
                report.status(),
                reportedAt,
                recordedAt,
                source.position,
                report.location());
        return new RecordRow(
                position,
                source.id,
                sequence,
                report.status(),
                report.info(),
                reportedAt,
                recordedAt,
                checksums.of(source.name, report.info()),
                source.position,
                report.location());
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

    /** Returns the parameters of {@link #VALUES}: a location is one, since each costs more than what is done with it. */
    Object[] values() {
        return new Object[] {
            sourceId,
            sequence,
            status,
            info,
            reportedAt == NOT_REPORTED ? null : reportedAt,
            recordedAt,
            checksum,
            previous == UNLINKED ? null : previous,
            location == null ? null : (long) location.x() << Integer.SIZE | Integer.toUnsignedLong(location.y())
        };
    }

    /** Returns the record, or null when it is damaged. */
    @Nullable
    StateRecord toRecord(@Nullable String source, Checksum checksums) {
        if (source == null || info == null) {
            return null;
        }
        begin(checksums, position, sequence, status, reportedAt, recordedAt, previous, location);
        if (checksum != checksums.of(source, info)) {
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

    private static void begin(
            Checksum checksums,
            long position,
            long sequence,
            int status,
            long reportedAt,
            long recordedAt,
            long previous,
            @Nullable Point location) {
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
    }
}
