package dev.waystate.statelog.view;

import dev.waystate.statelog.DamagedRecordException;
import dev.waystate.statelog.StateRecord;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * What a row says of a record: one of the record table, or that of a source with its latest record. It is turned into the
 * record after a look at the checksum.
 */
record RecordRow(
        long position,
        long sequence,
        int status,
        @Nullable String info,
        @Nullable Long reportedAt,
        long recordedAt,
        int checksum,
        long sourceId) {

    private static final String COLUMNS = "position, sequence, status, info, reported_at, recorded_at, checksum, ";

    /** The columns in the record table. */
    static final String OF_RECORD = COLUMNS + "source_id";

    /** The columns in the source table. */
    static final String OF_SOURCE = COLUMNS + "id";

    /** How many columns these are: the first of any others is one above. */
    static final int COUNT = 8;

    static RecordRow read(ResultSet row) throws SQLException {
        long reportedNanos = row.getLong(5);
        Long reportedAt = row.wasNull() ? null : reportedNanos;
        return new RecordRow(
                row.getLong(1),
                row.getLong(2),
                row.getInt(3),
                row.getString(4),
                reportedAt,
                row.getLong(6),
                row.getInt(7),
                row.getLong(8));
    }

    /** Returns the record, or null when it is damaged. */
    @Nullable
    StateRecord toRecord(@Nullable String source, RecordChecksum checksums) {
        return toRecord(source, 0, checksums);
    }

    /**
     * Returns the latest record of a source.
     *
     * @throws DamagedRecordException if the row is damaged
     */
    StateRecord toLatest(String source, long durableSequence, RecordChecksum checksums) {
        StateRecord latest = toRecord(source, durableSequence, checksums);
        if (latest == null) {
            throw new DamagedRecordException(position);
        }
        return latest;
    }

    private @Nullable StateRecord toRecord(@Nullable String source, long durableSequence, RecordChecksum checksums) {
        if (source == null
                || info == null
                || checksum
                        != checksums.of(
                                position, source, sequence, status, info, reportedAt, recordedAt, durableSequence)) {
            return null;
        }
        return new StateRecord(
                position,
                source,
                sequence,
                status,
                info,
                reportedAt == null ? null : Timestamps.fromNanos(reportedAt),
                Timestamps.fromNanos(recordedAt));
    }
}
