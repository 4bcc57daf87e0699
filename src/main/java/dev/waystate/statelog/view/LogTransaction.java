package dev.waystate.statelog.view;

import dev.waystate.geometry.Point;
import dev.waystate.statelog.Batch;
import dev.waystate.statelog.DamagedRecordException;
import dev.waystate.statelog.FencedException;
import dev.waystate.statelog.Report;
import dev.waystate.statelog.SequenceGapException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The statements of one transaction, which alone decides about duplicates, gaps, fences, positions and tracks: the same
 * batches make the same tables, however they are grouped. Records, the sources' rows, their changes of state, the totals
 * and the head move together, so that duplicates, current states and summaries need no look at the history. Used again for
 * each group; whoever uses it commits or rolls back.
 */
final class LogTransaction implements AutoCloseable {

    private final RecordInserts records;
    private final PreparedStatement findSource;
    private final PreparedStatement insertSource;
    private final PreparedStatement updateSource;
    private final PreparedStatement locateSource;
    private final PreparedStatement insertTransition;
    private final PreparedStatement addToTotal;
    private final PreparedStatement moveHead;
    private final Checksum checksum = new Checksum();

    private final Fences fences = new Fences();

    private final Map<String, SourceRow> sources = new HashMap<>();
    private final Map<Integer, long[]> totals = new HashMap<>();
    private long head;
    private long infoChars;

    LogTransaction(WriterConnection connection) throws SQLException {
        records = new RecordInserts(connection);
        findSource = connection.prepare("SELECT " + SourceRow.COLUMNS + " FROM source WHERE name = ?");
        insertSource = connection.prepare("INSERT INTO source (name) VALUES (?) RETURNING id");
        updateSource = connection.prepare(SourceRow.UPDATE);
        locateSource = connection.prepare("INSERT OR REPLACE INTO source_location VALUES (?1, ?2, ?2, ?3, ?3)");
        insertTransition = connection.prepare(TransitionRow.INSERT);
        addToTotal = connection.prepare("""
                INSERT INTO status_total VALUES (?, ?, ?) ON CONFLICT (status)
                DO UPDATE SET reports = reports + excluded.reports, sources = sources + excluded.sources""");
        moveHead = connection.prepare("UPDATE bounds SET head = ?");
    }

    /** Starts a transaction whose records follow the head. */
    void begin(long head) {
        this.head = head;
        infoChars = 0;
        sources.clear();
        totals.clear();
    }

    /** Adds what is new of a batch, or nothing when it is refused. */
    Verdict apply(Batch batch, long recordedAtNanos) throws SQLException {
        try {
            return new Verdict.Stored(add(batch, recordedAtNanos));
        } catch (FencedException | SequenceGapException | DamagedRecordException refused) {
            return new Verdict.Refused(refused);
        }
    }

    /**
     * Adds what is new of a batch and returns the source's last sequence.
     *
     * @throws FencedException if a later claim has taken the source; nothing was added then
     * @throws SequenceGapException if there is a gap; nothing was added then
     * @throws DamagedRecordException if the source's row is damaged; nothing was added then
     */
    private long add(Batch batch, long recordedAt) throws SQLException {
        fences.pass(batch);
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
            addRecord(source, sequence, report, recordedAt);
        }
        return source.durableSequence;
    }

    /** Forgets a claim whose batches were all added. */
    void release(SourceClaim claim) {
        fences.release(claim);
    }

    /** Returns how long the infos of the added records are together. */
    long infoChars() {
        return infoChars;
    }

    /** Writes everything that was added and returns the new head. */
    long write() throws SQLException {
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
        moveHead.setLong(1, head);
        moveHead.executeUpdate();
        return head;
    }

    /** Forgets what was added and not written. */
    void discard() throws SQLException {
        records.discard();
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
        moveHead.close();
    }

    private static List<Report> fresh(Batch batch, long durableSequence) {
        long expected = durableSequence + 1;
        if (batch.firstSequence() > expected) {
            throw new SequenceGapException(batch.source(), expected, batch.firstSequence());
        }
        long stored = Math.min(expected - batch.firstSequence(), batch.reports().size());
        return batch.reports().subList((int) stored, batch.reports().size());
    }

    private void addRecord(SourceRow source, long sequence, Report report, long recordedAt) throws SQLException {
        head++;
        RecordRow added = RecordRow.of(source, head, sequence, report, recordedAt, checksum);
        records.add(added);
        if (source.moveTo(added)) {
            TransitionRow.set(insertTransition, source, added, checksum);
            insertTransition.addBatch();
        }
        total(report.status())[0]++;
        infoChars += report.info().length();
    }

    private void writeSource(SourceRow source) throws SQLException {
        source.set(updateSource, checksum);
        updateSource.addBatch();
        Point location = source.location();
        if (location != null && !location.equals(source.listedLocation)) {
            locateSource.setLong(1, source.id);
            locateSource.setInt(2, location.x());
            locateSource.setInt(3, location.y());
            locateSource.addBatch();
        }
        if (source.countedStatus != null) {
            total(source.countedStatus)[1]--;
        }
        total(source.status())[1]++;
    }

    private long[] total(int status) {
        return totals.computeIfAbsent(status, key -> new long[2]);
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
