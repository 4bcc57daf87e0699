package dev.waystate.statelog.sql;

import dev.waystate.statelog.DamagedRecordException;
import dev.waystate.statelog.StateRecord;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Turns rows into records, after a look at their checksums. */
final class RecordRows {

    /** The columns that say what a record says; those of the record table and of a source's latest record. */
    static final String COLUMNS = "position, sequence, status, info, reported_at, recorded_at, checksum";

    /** How many columns these are: the first of any others is one above. */
    static final int COUNT = 7;

    static final int STATUS = 3;

    private RecordRows() {}

    /** Returns the record in the row, or null when it is damaged. */
    static @Nullable StateRecord toRecord(ResultSet row, @Nullable String source, RecordChecksum checksum)
            throws SQLException {
        return toRecord(row, source, 0, checksum);
    }

    /**
     * Returns the latest record of the source in the row.
     *
     * @throws DamagedRecordException if the row is damaged
     */
    static StateRecord checkSource(ResultSet row, String name, long durableSequence, RecordChecksum checksum)
            throws SQLException {
        StateRecord latest = toRecord(row, name, durableSequence, checksum);
        if (latest == null) {
            throw new DamagedRecordException(row.getLong(1));
        }
        return latest;
    }

    private static @Nullable StateRecord toRecord(
            ResultSet row, @Nullable String source, long durableSequence, RecordChecksum checksum) throws SQLException {
        long position = row.getLong(1);
        long sequence = row.getLong(2);
        int status = row.getInt(STATUS);
        String info = row.getString(4);
        long reportedNanos = row.getLong(5);
        Long reportedAt = row.wasNull() ? null : reportedNanos;
        long recordedAt = row.getLong(6);
        if (source == null
                || info == null
                || row.getInt(7)
                        != checksum.of(
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
