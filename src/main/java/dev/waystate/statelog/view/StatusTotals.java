package dev.waystate.statelog.view;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How many reports and sources a transaction adds to each status, or takes from it. */
final class StatusTotals implements AutoCloseable {

    private static final class Change {
        long reports;
        long sources;
    }

    private final PreparedStatement add;
    private final Map<Integer, Change> changes = new HashMap<>();
    private int lastStatus;
    private @Nullable Change last;

    StatusTotals(WriterConnection connection) throws SQLException {
        add = connection.prepare("""
                INSERT INTO status_total VALUES (?, ?, ?) ON CONFLICT (status)
                DO UPDATE SET reports = reports + excluded.reports, sources = sources + excluded.sources""");
    }

    void addReports(int status, long reports) {
        change(status).reports += reports;
    }

    /** @param sources negative when they leave the status */
    void addSources(int status, long sources) {
        change(status).sources += sources;
    }

    /** Returns the change of a status. Most reports have the same status as the one before. */
    private Change change(int status) {
        if (last == null || status != lastStatus) {
            lastStatus = status;
            last = changes.computeIfAbsent(status, key -> new Change());
        }
        return last;
    }

    /** Writes what has changed. */
    void write() throws SQLException {
        for (Map.Entry<Integer, Change> change : changes.entrySet()) {
            add.setInt(1, change.getKey());
            add.setLong(2, change.getValue().reports);
            add.setLong(3, change.getValue().sources);
            add.addBatch();
        }
        add.executeBatch();
    }

    /** Begins another transaction. */
    void clear() {
        changes.clear();
        last = null;
    }

    /** Forgets what was not written. */
    void discard() throws SQLException {
        add.clearBatch();
    }

    @Override
    public void close() throws SQLException {
        add.close();
    }
}
