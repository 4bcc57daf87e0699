package dev.waystate.statelog.view;

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
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One transaction, which alone decides about duplicates, gaps, fences, positions and tracks: the same batches make the
 * same tables, however they are grouped. Records, the sources' rows, their changes of state, the totals and the head move
 * together, so that duplicates, current states and summaries need no look at the history. Used again for each group;
 * whoever uses it commits or rolls back.
 */
final class LogTransaction implements AutoCloseable {

    private final StatusTotals totals;
    private final SourceTable sources;
    private final RecordTable records;
    private final HistoryImport imported;
    private final Sessions sessions;
    private final Claims claims;
    private final PreparedStatement begin;
    private final PreparedStatement moveEnd;
    private final PreparedStatement movePlace;

    private long recordedAt;
    private String logId = "";
    private @Nullable TopicPlace place;

    LogTransaction(WriterConnection connection) throws SQLException {
        totals = new StatusTotals(connection);
        sources = new SourceTable(connection, totals);
        records = new RecordTable(connection);
        imported = new HistoryImport(connection, records, sources, totals);
        sessions = new Sessions(connection);
        claims = new Claims(connection);
        begin = connection.prepare("UPDATE bounds SET log_id = ?");
        moveEnd = connection.prepare("UPDATE bounds SET head = ?, recorded_at = ?, importing = ?");
        movePlace = connection.prepare("INSERT OR REPLACE INTO topic VALUES (1, ?, ?, ?, ?)");
    }

    /** Starts a transaction whose entries follow the end. */
    void begin(AppliedState end) {
        recordedAt = end.recordedAt();
        logId = end.logId();
        place = end.place();
        records.begin(end.head());
        imported.begin(end.importing());
        sources.clear();
        totals.clear();
    }

    /**
     * Applies an entry.
     *
     * @throws DamagedRecordException if the row of its source is damaged; the entry changed nothing then
     */
    Verdict apply(Origin origin, Entry entry, long time) throws SQLException {
        recordedAt = Math.max(recordedAt, time);
        if (imported.shutsOut(origin)) {
            return new Verdict.Ignored();
        }
        if (sessions.isNew(origin)) {
            claims.retain(sessions.expire(recordedAt));
        }
        if (!sessions.advance(origin, recordedAt)) {
            return new Verdict.Ignored();
        }
        try {
            return new Verdict.Applied(durableSequence(origin, entry), records.head());
        } catch (FencedException | SequenceGapException refused) {
            return new Verdict.Refused(refused);
        }
    }

    /** Returns whether entries of its session are missing ahead of an entry. */
    boolean lacksEntriesBefore(Origin origin) throws SQLException {
        return !imported.shutsOut(origin) && sessions.lacksBefore(origin);
    }

    /** Does what an entry says and returns the last sequence of its source. */
    private long durableSequence(Origin origin, Entry entry) throws SQLException {
        if (entry instanceof Entry.Append append) {
            return add(append);
        }
        if (entry instanceof Entry.Claim claim) {
            claims.take(claim.source(), origin);
            SourceRow source = sources.find(claim.source());
            return source == null ? 0 : source.durableSequence;
        }
        if (entry instanceof Entry.Release release) {
            claims.release(release.source(), release.claim());
        } else if (entry instanceof Entry.Genesis genesis && place == null) {
            begin(genesis, origin.session());
        } else if (entry instanceof Entry.Rows rows && imported.isUnderWay()) {
            recordedAt = Math.max(recordedAt, imported.add(rows));
        }
        return 0;
    }

    private void begin(Entry.Genesis genesis, UUID session) throws SQLException {
        logId = genesis.logId();
        begin.setBytes(1, HexFormat.of().parseHex(logId));
        begin.executeUpdate();
        if (genesis.history() != null) {
            imported.begin(session, genesis.history());
        }
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
        SourceRow source = sources.find(batch.source());
        long durableSequence = source == null ? 0 : source.durableSequence;
        boolean numbered = batch.firstSequence() != Batch.UNNUMBERED;
        List<Report> fresh = numbered ? fresh(batch, durableSequence) : batch.reports();
        if (fresh.isEmpty()) {
            return durableSequence;
        }
        if (source == null) {
            source = sources.insert(batch.source());
        }
        for (Report report : fresh) {
            long sequence = numbered ? ++source.durableSequence : Batch.UNNUMBERED;
            add(source, sequence, report);
        }
        return source.durableSequence;
    }

    private static List<Report> fresh(Entry.Append batch, long durableSequence) {
        long expected = durableSequence + 1;
        if (batch.firstSequence() > expected) {
            throw new SequenceGapException(batch.source(), expected, batch.firstSequence());
        }
        long stored = Math.min(expected - batch.firstSequence(), batch.reports().size());
        return batch.reports().subList((int) stored, batch.reports().size());
    }

    private void add(SourceRow source, long sequence, Report report) throws SQLException {
        RecordRow added = records.add(source, sequence, report, recordedAt);
        if (source.moveTo(added)) {
            records.addTransition(source, added.position(), report.status(), recordedAt);
        }
        totals.addReports(report.status(), 1);
    }

    /** Notes the place in the topic behind what was applied. */
    void moveTo(TopicPlace next) {
        place = next;
    }

    /** Returns the history that began; null when none did. */
    @Nullable
    History history() {
        return imported.begun();
    }

    /** Returns how long the infos of the added records are together. */
    long infoChars() {
        return records.infoChars();
    }

    /** Returns how many sources were added to, imported or claimed, until {@link #committed}; one may count twice. */
    int sources() {
        return sources.size() + imported.sources() + claims.changed();
    }

    /** Writes everything that was added and returns the new end. */
    AppliedState write() throws SQLException {
        records.write();
        sources.write();
        totals.write(); // which the sources have changed
        sessions.write();
        claims.write();
        UUID importing = imported.session();
        moveEnd.setLong(1, records.head());
        moveEnd.setLong(2, recordedAt);
        moveEnd.setBytes(3, importing == null ? null : Session.bytes(importing));
        moveEnd.executeUpdate();
        if (place != null) {
            place.set(movePlace);
            movePlace.executeUpdate();
        }
        return new AppliedState(records.head(), recordedAt, logId, place, importing);
    }

    /** Returns the newest block that was written; none if it is not in memory. */
    Block newestBlock() {
        return records.newestBlock();
    }

    /** Keeps what was written, once it is committed. */
    void committed() {
        claims.committed();
    }

    /** Forgets what was added and not written. */
    void discard() throws SQLException {
        records.discard();
        sources.discard();
        totals.discard();
        sessions.discard();
        claims.discard();
    }

    @Override
    public void close() throws SQLException {
        records.close();
        sources.close();
        totals.close();
        imported.close();
        sessions.close();
        claims.close();
        begin.close();
        moveEnd.close();
        movePlace.close();
    }
}
