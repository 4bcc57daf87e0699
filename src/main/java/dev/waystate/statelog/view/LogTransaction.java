package dev.waystate.statelog.view;

import dev.waystate.geometry.Point;
import dev.waystate.statelog.Batch;
import dev.waystate.statelog.DamagedRecordException;
import dev.waystate.statelog.FencedException;
import dev.waystate.statelog.Report;
import dev.waystate.statelog.SequenceGapException;
import dev.waystate.statelog.entry.Entry;
import dev.waystate.statelog.entry.History;
import dev.waystate.statelog.entry.Origin;
import dev.waystate.statelog.entry.Session;
import dev.waystate.statelog.entry.Verdict;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The statements of one transaction, which alone decides about duplicates, gaps, fences, positions and tracks: the same
 * batches make the same tables, however they are grouped. Records, the sources' rows, their changes of state, the totals
 * and the head move together, so that duplicates, current states and summaries need no look at the history. Used again for
 * each group; whoever uses it commits or rolls back.
 */
final class LogTransaction implements AutoCloseable {

    private final BlockWriter records;
    private final PreparedStatement findSource;
    private final PreparedStatement insertSource;
    private final PreparedStatement updateSource;
    private final PreparedStatement locateSource;
    private final PreparedStatement insertTransition;
    private final PreparedStatement addToTotal;
    private final PreparedStatement moveEnd;
    private final PreparedStatement begin;
    private final PreparedStatement beginHistory;
    private final PreparedStatement insertHistory;
    private final PreparedStatement findName;
    private final PreparedStatement movePlace;
    private final Checksum checksum = new Checksum();

    private final Sessions sessions;
    private final Claims claims;

    private final Map<String, SourceRow> sources = new HashMap<>();
    private final Map<Integer, long[]> totals = new HashMap<>();
    private final Map<Long, String> names = new HashMap<>();
    private int lastStatus;
    private long @Nullable [] lastTotal;
    private long head;
    private long recordedAt;
    private String logId = "";
    private @Nullable TopicPlace place;
    private @Nullable UUID importing;
    private @Nullable History history;
    private long infoChars;

    LogTransaction(WriterConnection connection) throws SQLException {
        records = connection.blocks();
        findSource = connection.prepare("SELECT " + SourceRow.COLUMNS + " FROM source WHERE name = ?");
        insertSource = connection.prepare("INSERT INTO source (name) VALUES (?) RETURNING id");
        updateSource = connection.prepare(SourceRow.UPDATE);
        locateSource = connection.prepare("INSERT OR REPLACE INTO source_location VALUES (?1, ?2, ?2, ?3, ?3)");
        insertTransition = connection.prepare(TransitionRow.INSERT);
        addToTotal = connection.prepare("""
                INSERT INTO status_total VALUES (?, ?, ?) ON CONFLICT (status)
                DO UPDATE SET reports = reports + excluded.reports, sources = sources + excluded.sources""");
        moveEnd = connection.prepare("UPDATE bounds SET head = ?, recorded_at = ?, importing = ?");
        begin = connection.prepare("UPDATE bounds SET log_id = ?");
        beginHistory = connection.prepare("UPDATE bounds SET earliest = ?, states_from = ?");
        insertHistory = connection.prepare(SourceRow.INSERT);
        findName = connection.prepare("SELECT name FROM source WHERE id = ?");
        movePlace = connection.prepare("INSERT OR REPLACE INTO topic VALUES (1, ?, ?, ?, ?)");
        sessions = new Sessions(connection);
        claims = new Claims(connection);
    }

    /** Starts a transaction whose entries follow the end. */
    void begin(LogEnd end) {
        head = end.head();
        recordedAt = end.recordedAt();
        logId = end.logId();
        place = end.place();
        importing = end.importing();
        history = null;
        infoChars = 0;
        sources.clear();
        totals.clear();
        lastTotal = null;
        names.clear();
        sessions.clear();
    }

    /**
     * Applies an entry.
     *
     * @throws DamagedRecordException if the row of its source is damaged; the entry changed nothing then
     */
    Verdict apply(Origin origin, Entry entry, long time) throws SQLException {
        recordedAt = Math.max(recordedAt, time);
        if (importing != null && !importing.equals(origin.session())) {
            return new Verdict.Ignored();
        }
        if (sessions.isNew(origin)) {
            claims.retain(sessions.expire(recordedAt));
        }
        if (!sessions.advance(origin, recordedAt)) {
            return new Verdict.Ignored();
        }
        try {
            return new Verdict.Applied(durableSequence(origin, entry), head);
        } catch (FencedException | SequenceGapException refused) {
            return new Verdict.Refused(refused);
        }
    }

    /** Does what an entry says and returns the last sequence of its source. */
    private long durableSequence(Origin origin, Entry entry) throws SQLException {
        if (entry instanceof Entry.Append append) {
            return add(append);
        }
        if (entry instanceof Entry.Claim claim) {
            claims.take(claim.source(), origin);
            SourceRow source = source(claim.source());
            return source == null ? 0 : source.durableSequence;
        }
        if (entry instanceof Entry.Release release) {
            claims.release(release.source(), release.claim());
        } else if (entry instanceof Entry.Genesis genesis && place == null) {
            begin(genesis.logId());
            if (genesis.history() != null) {
                importing = origin.session();
                begin(genesis.history());
            }
        } else if (entry instanceof Entry.Rows rows && importing != null) {
            add(rows);
        }
        return 0;
    }

    /**
     * Adds what is new of a batch and returns the source's last sequence.
     *
     * @throws FencedException if a later claim has taken the source; nothing was added then
     * @throws SequenceGapException if there is a gap; nothing was added then
     * @throws DamagedRecordException if the source's row is damaged; nothing was added then
     */
    private long add(Entry.Append batch) throws SQLException {
        if (batch.claim() != null) {
            claims.check(batch.source(), batch.claim());
            sessions.touch(batch.claim().session(), recordedAt);
        }
        SourceRow source = source(batch.source());
        long durableSequence = source == null ? 0 : source.durableSequence;
        boolean numbered = batch.firstSequence() != Batch.UNNUMBERED;
        List<Report> fresh = numbered ? fresh(batch, durableSequence) : batch.reports();
        if (fresh.isEmpty()) {
            return durableSequence;
        }
        if (source == null) {
            source = insert(batch.source());
        }
        for (Report report : fresh) {
            long sequence = numbered ? ++source.durableSequence : Batch.UNNUMBERED;
            addRecord(source, sequence, report);
        }
        return source.durableSequence;
    }

    private void begin(String id) throws SQLException {
        logId = id;
        begin.setBytes(1, HexFormat.of().parseHex(id));
        begin.executeUpdate();
    }

    private void begin(History imported) throws SQLException {
        history = imported;
        head = imported.earliest() - 1;
        beginHistory.setLong(1, imported.earliest());
        beginHistory.setLong(2, imported.statesFrom());
        beginHistory.executeUpdate();
    }

    /** Returns the history that began; null when none did. */
    @Nullable
    History history() {
        return history;
    }

    private void add(Entry.Rows rows) throws SQLException {
        for (History.Source source : rows.sources()) {
            SourceRow row = SourceRow.of(source);
            row.set(insertHistory, checksum);
            insertHistory.setString(18, row.name);
            insertHistory.executeUpdate();
            locate(row);
            names.put(row.id, row.name);
            total(row.status())[1]++;
            recordedAt = Math.max(recordedAt, Timestamps.toNanos(source.recordedAt()));
        }
        for (History.Record record : rows.records()) {
            SourceRow source = imported(record.sourceId());
            source.position = record.previous() == null ? RecordRow.UNLINKED : record.previous();
            long at = Timestamps.toNanos(record.recordedAt());
            records.add(RecordRow.of(source, ++head, record.sequence(), record.report(), at), source.name);
            infoChars += record.report().info().length();
        }
        for (History.Transition row : rows.transitions()) {
            long since = Timestamps.toNanos(row.since());
            addTransition(imported(row.sourceId()), row.position(), row.status(), since);
        }
        for (History.Total total : rows.totals()) {
            total(total.status())[0] += total.reports();
        }
        if (rows.last()) {
            importing = null;
        }
    }

    /** Returns what is needed of a source for rows that name it. */
    private SourceRow imported(long id) throws SQLException {
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

    /** Goes on to a place in the topic, behind what was applied. */
    void moveTo(TopicPlace next) {
        place = next;
    }

    /** Returns how long the infos of the added records are together. */
    long infoChars() {
        return infoChars;
    }

    /** Returns how many sources were added to, imported or claimed, until {@link #committed}; one may count twice. */
    int sources() {
        return sources.size() + names.size() + claims.changed();
    }

    /** Writes everything that was added and returns the new end. */
    LogEnd write() throws SQLException {
        records.finish();
        insertTransition.executeBatch();
        for (SourceRow source : sources.values()) {
            if (source.position > 0) {
                writeSource(source);
            }
        }
        updateSource.executeBatch();
        locateSource.executeBatch();
        for (Map.Entry<Integer, long[]> total : totals.entrySet()) {
            addToTotal.setInt(1, total.getKey());
            addToTotal.setLong(2, total.getValue()[0]);
            addToTotal.setLong(3, total.getValue()[1]);
            addToTotal.addBatch();
        }
        addToTotal.executeBatch();
        sessions.write();
        claims.write();
        moveEnd.setLong(1, head);
        moveEnd.setLong(2, recordedAt);
        moveEnd.setBytes(3, importing == null ? null : Session.bytes(importing));
        moveEnd.executeUpdate();
        if (place != null) {
            place.set(movePlace);
            movePlace.executeUpdate();
        }
        return new LogEnd(head, recordedAt, logId, place, importing);
    }

    /** Returns the newest block that was written; none if it is not in memory. */
    Block newestBlock() {
        return records.written();
    }

    /** Keeps what was written, once it is committed. */
    void committed() {
        claims.committed();
    }

    /** Forgets what was added and not written. */
    void discard() throws SQLException {
        records.discard();
        claims.discard();
        insertTransition.clearBatch();
        updateSource.clearBatch();
        locateSource.clearBatch();
        addToTotal.clearBatch();
    }

    @Override
    public void close() throws SQLException {
        records.close();
        findSource.close();
        insertSource.close();
        updateSource.close();
        locateSource.close();
        insertTransition.close();
        addToTotal.close();
        moveEnd.close();
        begin.close();
        beginHistory.close();
        insertHistory.close();
        findName.close();
        movePlace.close();
        sessions.close();
        claims.close();
    }

    private static List<Report> fresh(Entry.Append batch, long durableSequence) {
        long expected = durableSequence + 1;
        if (batch.firstSequence() > expected) {
            throw new SequenceGapException(batch.source(), expected, batch.firstSequence());
        }
        long stored = Math.min(expected - batch.firstSequence(), batch.reports().size());
        return batch.reports().subList((int) stored, batch.reports().size());
    }

    private void addRecord(SourceRow source, long sequence, Report report) throws SQLException {
        head++;
        RecordRow added = RecordRow.of(source, head, sequence, report, recordedAt);
        records.add(added, source.name);
        if (source.moveTo(added)) {
            addTransition(source, head, report.status(), recordedAt);
        }
        total(report.status())[0]++;
        infoChars += report.info().length();
    }

    private void addTransition(SourceRow source, long position, int status, long since) throws SQLException {
        TransitionRow.set(insertTransition, source, position, status, since, checksum);
        insertTransition.addBatch();
    }

    private void writeSource(SourceRow source) throws SQLException {
        source.set(updateSource, checksum);
        updateSource.addBatch();
        locate(source);
        if (source.countedStatus != null) {
            total(source.countedStatus)[1]--;
        }
        total(source.status())[1]++;
    }

    private void locate(SourceRow source) throws SQLException {
        Point location = source.location();
        if (location != null && !location.equals(source.listedLocation)) {
            locateSource.setLong(1, source.id);
            locateSource.setInt(2, location.x());
            locateSource.setInt(3, location.y());
            locateSource.addBatch();
        }
    }

    /** Most reports have the status of the one ahead of them. */
    private long[] total(int status) {
        if (lastTotal == null || status != lastStatus) {
            lastStatus = status;
            lastTotal = totals.computeIfAbsent(status, key -> new long[2]);
        }
        return lastTotal;
    }

    private @Nullable SourceRow source(String name) throws SQLException {
        SourceRow known = sources.get(name);
        if (known != null) {
            return known;
        }
        SourceRow found = find(name);
        if (found != null) {
            sources.put(name, found);
        }
        return found;
    }

    private @Nullable SourceRow find(String name) throws SQLException {
        findSource.setString(1, name);
        try (ResultSet row = findSource.executeQuery()) {
            return row.next() ? SourceRow.read(row, checksum) : null;
        }
    }

    private SourceRow insert(String name) throws SQLException {
        insertSource.setString(1, name);
        try (ResultSet id = insertSource.executeQuery()) {
            id.next();
            SourceRow inserted = new SourceRow(id.getLong(1), name);
            sources.put(name, inserted);
            return inserted;
        }
    }
}
