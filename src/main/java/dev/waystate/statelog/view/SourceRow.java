package dev.waystate.statelog.view;

import dev.waystate.geometry.Point;
import dev.waystate.statelog.DamagedRecordException;
import dev.waystate.statelog.Report;
import dev.waystate.statelog.SourceState;
import dev.waystate.statelog.StateRecord;
import dev.waystate.statelog.StoredRecord;
import dev.waystate.statelog.entry.History;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A row of the source table: the source's latest record and its track, which transactions update. */
final class SourceRow {

    private static final long NONE = Long.MIN_VALUE;

    static final String COLUMNS = "id, name, durable_sequence, position, sequence, status, info, ifnull(reported_at, "
            + StoredRecord.NOT_REPORTED + "), recorded_at, checksum, ifnull(state_since, " + NONE
            + "), ifnull(located_at, 0),"
            + " x, y, first_x, first_y, travelled, travelled_rest";

    static final String UPDATE = """
            UPDATE source SET durable_sequence = ?, position = ?, sequence = ?, status = ?, info = ?, reported_at = ?,
            recorded_at = ?, checksum = ?, state_since = ?, located_at = ?, x = ?, y = ?, first_x = ?, first_y = ?,
            travelled = ?, travelled_rest = ? WHERE id = ?""";

    /** The parameters of {@link #UPDATE}, and one more: the name. */
    static final String INSERT = """
            INSERT INTO source (durable_sequence, position, sequence, status, info, reported_at, recorded_at, checksum,
            state_since, located_at, x, y, first_x, first_y, travelled, travelled_rest, id, name)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""";

    final long id;
    final String name;

    /** The status that the totals count this source under; null while it has no record. */
    final @Nullable Integer countedStatus;

    /** The location in the locations table; null while it has none. */
    final @Nullable Point listedLocation;

    long durableSequence;

    /** The position of the latest record; 0 while there is none. */
    long position;

    private long sequence;
    private int status;
    private @Nullable String info;
    private long reportedAt;
    private long recordedAt;

    /** {@link #NONE} in rows of the time before sources had tracks. */
    private long stateSince = NONE;

    /** The position of the latest record with a location; 0 when there is none. */
    private long locatedAt;

    private @Nullable Odometer odometer;

    /** A source without a record. */
    SourceRow(long id, String name) {
        this.id = id;
        this.name = name;
        this.countedStatus = null;
        this.listedLocation = null;
    }

    private SourceRow(ResultSet row) throws SQLException {
        id = row.getLong(1);
        name = row.getString(2);
        durableSequence = row.getLong(3);
        position = row.getLong(4);
        sequence = row.getLong(5);
        status = row.getInt(6);
        info = row.getString(7);
        reportedAt = row.getLong(8);
        recordedAt = row.getLong(9);
        stateSince = row.getLong(11);
        locatedAt = row.getLong(12);
        if (locatedAt > 0) {
            odometer = new Odometer(
                    new Point(row.getInt(15), row.getInt(16)),
                    new Point(row.getInt(13), row.getInt(14)),
                    row.getDouble(17),
                    row.getDouble(18));
        }
        countedStatus = status;
        listedLocation = location();
    }

    /** Returns the row of a source that is imported. */
    static SourceRow of(History.Source source) {
        SourceRow row = new SourceRow(source.id(), source.name());
        Report report = source.report();
        row.durableSequence = source.durableSequence();
        row.position = source.position();
        row.sequence = source.sequence();
        row.status = report.status();
        row.info = report.info();
        row.reportedAt =
                report.reportedAt() == null ? StoredRecord.NOT_REPORTED : Timestamps.toNanos(report.reportedAt());
        row.recordedAt = Timestamps.toNanos(source.recordedAt());
        row.stateSince = Timestamps.toNanos(source.stateSince());
        History.Way way = source.way();
        if (way != null) {
            row.locatedAt = way.locatedAt();
            row.odometer = new Odometer(way.first(), way.latest(), way.travelled(), way.rest());
        }
        return row;
    }

    /** @throws DamagedRecordException if the row is damaged */
    static SourceRow read(ResultSet row, Checksum checksums) throws SQLException {
        SourceRow read = new SourceRow(row);
        if (read.name == null || read.info == null || read.checksum(checksums) != row.getInt(10)) {
            throw new DamagedRecordException(read.position);
        }
        return read;
    }

    /** Updates the row with the next record of the source. Returns whether another state begins with it. */
    boolean moveTo(RecordRow next) {
        boolean changed = position == 0 || next.status() != status;
        if (changed) {
            stateSince = next.recordedAt();
        } else if (stateSince == NONE) {
            stateSince = recordedAt;
        }
        position = next.position();
        sequence = next.sequence();
        status = next.status();
        info = next.info();
        reportedAt = next.reportedAt();
        recordedAt = next.recordedAt();
        Point reached = next.location();
        if (reached != null) {
            locatedAt = position;
            odometer = odometer == null ? Odometer.beginAt(reached) : odometer.moveTo(reached);
        }
        return changed;
    }

    int status() {
        return status;
    }

    @Nullable
    Point location() {
        return odometer == null ? null : odometer.latest();
    }

    /** Sets the parameters of {@link #UPDATE}. */
    void set(PreparedStatement update, Checksum checksums) throws SQLException {
        update.setLong(1, durableSequence);
        update.setLong(2, position);
        update.setLong(3, sequence);
        update.setInt(4, status);
        update.setString(5, info);
        if (reportedAt == StoredRecord.NOT_REPORTED) {
            update.setNull(6, Types.BIGINT);
        } else {
            update.setLong(6, reportedAt);
        }
        update.setLong(7, recordedAt);
        update.setInt(8, checksum(checksums));
        update.setLong(9, stateSince);
        if (odometer == null) {
            for (int parameter = 10; parameter <= 16; parameter++) {
                update.setNull(parameter, Types.NULL);
            }
        } else {
            update.setLong(10, locatedAt);
            update.setInt(11, odometer.latest().x());
            update.setInt(12, odometer.latest().y());
            update.setInt(13, odometer.first().x());
            update.setInt(14, odometer.first().y());
            update.setDouble(15, odometer.travelled());
            update.setDouble(16, odometer.rest());
        }
        update.setLong(17, id);
    }

    /** Sets the parameters of {@link #INSERT}. */
    void setInsert(PreparedStatement insert, Checksum checksums) throws SQLException {
        set(insert, checksums);
        insert.setString(18, name);
    }

    SourceState toState() {
        StateRecord latest = new StateRecord(
                position,
                name,
                sequence,
                status,
                String.valueOf(info),
                reportedAt(),
                Timestamps.fromNanos(recordedAt),
                locatedAt == position ? location() : null);
        return new SourceState(latest, durableSequence, stateSince(), odometer == null ? null : odometer.toTrack());
    }

    History.Source toHistory() {
        return new History.Source(
                id,
                name,
                durableSequence,
                position,
                sequence,
                new Report(status, String.valueOf(info), reportedAt()),
                Timestamps.fromNanos(recordedAt),
                stateSince(),
                odometer == null
                        ? null
                        : new History.Way(
                                locatedAt, odometer.first(), odometer.latest(), odometer.travelled(), odometer.rest()));
    }

    private @Nullable Instant reportedAt() {
        return reportedAt == StoredRecord.NOT_REPORTED ? null : Timestamps.fromNanos(reportedAt);
    }

    private Instant stateSince() {
        return Timestamps.fromNanos(stateSince == NONE ? recordedAt : stateSince);
    }

    private int checksum(Checksum checksums) {
        checksums
                .begin()
                .add(position)
                .add(sequence)
                .add(status)
                .add(reportedAt)
                .add(recordedAt)
                .add(durableSequence);
        if (stateSince != NONE) {
            checksums.add(stateSince).add(locatedAt);
        }
        if (odometer != null) {
            checksums
                    .add(odometer.latest().x())
                    .add(odometer.latest().y())
                    .add(odometer.first().x())
                    .add(odometer.first().y())
                    .add(Double.doubleToRawLongBits(odometer.travelled()))
                    .add(Double.doubleToRawLongBits(odometer.rest()));
        }
        return checksums.of(name, String.valueOf(info));
    }
}
