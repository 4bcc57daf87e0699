package dev.waystate.statelog.view;

import dev.waystate.statelog.DamagedRecordException;
import dev.waystate.statelog.Transition;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * A row of the transition table.
 *
 * @param checksum null in rows from before there were transitions
 */
record TransitionRow(
        long position, int status, long since, @Nullable Integer checksum) {

    static final String COLUMNS = "transition.position, transition.status, transition.since, transition.checksum";

    static final String INSERT =
            "INSERT INTO transition (source_id, position, status, since, checksum) VALUES (?, ?, ?, ?, ?)";

    static TransitionRow read(ResultSet row) throws SQLException {
        return new TransitionRow(row.getLong(1), row.getInt(2), row.getLong(3), (Integer) row.getObject(4));
    }

    /** Sets the parameters of {@link #INSERT}: a state of the source begins. */
    static void set(
            PreparedStatement insert, SourceRow source, long position, int status, long since, Checksum checksums)
            throws SQLException {
        insert.setLong(1, source.id);
        insert.setLong(2, position);
        insert.setInt(3, status);
        insert.setLong(4, since);
        insert.setInt(5, checksum(source.name, position, status, since, checksums));
    }

    private static int checksum(String source, long position, int status, long since, Checksum checksums) {
        return checksums.begin().add(position).add(status).add(since).of(source);
    }

    /**
     * Returns what the row says.
     *
     * @param until when the next state began; null when that is not known
     * @throws DamagedRecordException if the row is damaged
     */
    Transition toTransition(String source, @Nullable Long until, Checksum checksums) {
        if (checksum != null && checksum != checksum(source, position, status, since, checksums)) {
            throw new DamagedRecordException(position);
        }
        return new Transition(
                source,
                position,
                status,
                Timestamps.fromNanos(since),
                until == null ? null : Timestamps.fromNanos(until));
    }
}
