package dev.waystate.statelog.view;

import dev.waystate.statelog.entry.Entry;
import dev.waystate.statelog.entry.History;
import dev.waystate.statelog.entry.Origin;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Adds the rows of a log that was kept elsewhere. From its genesis to its last rows, one session has the log to itself.
 */
final class HistoryImport implements AutoCloseable {

    private final RecordTable records;
    private final SourceTable sources;
    private final StatusTotals totals;
    private final PreparedStatement beginHistory;
    private final PreparedStatement findName;

    /** The names of the sources that the transaction has met, by id. */
    private final Map<Long, String> names = new HashMap<>();

    private @Nullable UUID session;
    private @Nullable History begun;

    HistoryImport(WriterConnection connection, RecordTable records, SourceTable sources, StatusTotals totals)
            throws SQLException {
        this.records = records;
        this.sources = sources;
        this.totals = totals;
        beginHistory = connection.prepare("UPDATE bounds SET earliest = ?, states_from = ?");
        findName = connection.prepare("SELECT name FROM source WHERE id = ?");
    }

    /**
     * Begins with another transaction.
     *
     * @param importing the session that has rows still to come; null for none
     */
    void begin(@Nullable UUID importing) {
        session = importing;
        begun = null;
        names.clear();
    }

    /** Returns whether rows are still to come. */
    boolean isUnderWay() {
        return session != null;
    }

    /** Returns whether rows of another session are still to come. */
    boolean shutsOut(Origin origin) {
        return session != null && !session.equals(origin.session());
    }

    /** Returns the session that has rows still to come; null for none. */
    @Nullable
    UUID session() {
        return session;
    }

    /** Returns the history that began in this transaction; null when none did. */
    @Nullable
    History begun() {
        return begun;
    }

    /** Returns how many sources the transaction has met. */
    int sources() {
        return names.size();
    }

    /** Begins a history, whose rows come in a session. */
    void begin(UUID importing, History history) throws SQLException {
        session = importing;
        begun = history;
        records.moveHead(history.earliest() - 1);
        beginHistory.setLong(1, history.earliest());
        beginHistory.setLong(2, history.statesFrom());
        beginHistory.executeUpdate();
    }

    /**
     * Adds rows.
     *
     * @return when the latest records of their sources were recorded; 0 when they have none
     */
    long add(Entry.Rows rows) throws SQLException {
        long latest = 0;
        for (History.Source source : rows.sources()) {
            sources.insert(SourceRow.of(source));
            names.put(source.id(), source.name());
            latest = Math.max(latest, Timestamps.toNanos(source.recordedAt()));
        }
        for (History.Record record : rows.records()) {
            SourceRow source = source(record.sourceId());
            source.position = record.previous() == null ? RecordRow.UNLINKED : record.previous();
            records.add(source, record.sequence(), record.report(), Timestamps.toNanos(record.recordedAt()));
        }
        for (History.Transition row : rows.transitions()) {
            long since = Timestamps.toNanos(row.since());
            records.addTransition(source(row.sourceId()), row.position(), row.status(), since);
        }
        for (History.Total total : rows.totals()) {
            totals.addReports(total.status(), total.reports());
        }
        if (rows.last()) {
            session = null;
        }
        return latest;
    }

    /** Returns the part of a source's row that rows which name the source need: its id and its name. */
    private SourceRow source(long id) throws SQLException {
        String name = names.get(id);
        if (name == null) {
            findName.setLong(1, id);
            try (ResultSet row = findName.executeQuery()) {
                name = row.getString(1);
            }
            names.put(id, name);
        }
        return new SourceRow(id, name);
    }

    @Override
    public void close() throws SQLException {
        beginHistory.close();
        findName.close();
    }
}
