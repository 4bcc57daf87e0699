package dev.waystate.statelog.view;

import dev.waystate.geometry.Point;
import dev.waystate.statelog.DamagedRecordException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The rows of the sources that a transaction adds to. Each is read once and written once, with the location of the
 * source and the status that counts it.
 */
final class SourceTable implements AutoCloseable {

    private final PreparedStatement find;
    private final PreparedStatement insert;
    private final PreparedStatement insertWhole;
    private final PreparedStatement update;
    private final PreparedStatement locate;
    private final StatusTotals totals;
    private final Checksum checksum = new Checksum();
    private final Map<String, SourceRow> rows = new HashMap<>();

    SourceTable(WriterConnection connection, StatusTotals totals) throws SQLException {
        find = connection.prepare("SELECT " + SourceRow.COLUMNS + " FROM source WHERE name = ?");
        insert = connection.prepare("INSERT INTO source (name) VALUES (?) RETURNING id");
        insertWhole = connection.prepare(SourceRow.INSERT);
        update = connection.prepare(SourceRow.UPDATE);
        locate = connection.prepare("INSERT OR REPLACE INTO source_location VALUES (?1, ?2, ?2, ?3, ?3)");
        this.totals = totals;
    }

    /**
     * Returns the row of a source, which {@link #write} writes as it is then; null when there is none.
     *
     * @throws DamagedRecordException if it is damaged
     */
    @Nullable
    SourceRow find(String name) throws SQLException {
        SourceRow known = rows.get(name);
        if (known != null) {
            return known;
        }
        find.setString(1, name);
        try (ResultSet row = find.executeQuery()) {
            if (!row.next()) {
                return null;
            }
            SourceRow found = SourceRow.read(row, checksum);
            rows.put(name, found);
            return found;
        }
    }

    /** Adds a source, and returns its row, which {@link #write} writes if it has a record then. */
    SourceRow insert(String name) throws SQLException {
        insert.setString(1, name);
        try (ResultSet id = insert.executeQuery()) {
            id.next();
            SourceRow inserted = new SourceRow(id.getLong(1), name);
            rows.put(name, inserted);
            return inserted;
        }
    }

    /** Adds an imported source with its latest record. */
    void insert(SourceRow row) throws SQLException {
        row.setInsert(insertWhole, checksum);
        insertWhole.executeUpdate();
        locate(row);
        totals.addSources(row.status(), 1);
    }

    /** Returns how many rows were found or added, without imported ones. */
    int size() {
        return rows.size();
    }

    /** Writes the rows. */
    void write() throws SQLException {
        for (SourceRow row : rows.values()) {
            if (row.position > 0) {
                write(row);
            }
        }
        update.executeBatch();
        locate.executeBatch();
    }

    private void write(SourceRow row) throws SQLException {
        row.set(update, checksum);
        update.addBatch();
        locate(row);
        if (row.countedStatus != null) {
            totals.addSources(row.countedStatus, -1);
        }
        totals.addSources(row.status(), 1);
    }

    private void locate(SourceRow row) throws SQLException {
        Point location = row.location();
        if (location != null && !location.equals(row.listedLocation)) {
            locate.setLong(1, row.id);
            locate.setInt(2, location.x());
            locate.setInt(3, location.y());
            locate.addBatch();
        }
    }

    /** Begins another transaction. */
    void clear() {
        rows.clear();
    }

    /** Forgets what was not written. */
    void discard() throws SQLException {
        update.clearBatch();
        locate.clearBatch();
    }

    @Override
    public void close() throws SQLException {
        find.close();
        insert.close();
        insertWhole.close();
        update.close();
        locate.close();
    }
}
