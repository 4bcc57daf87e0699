package dev.waystate.statelog.view;

import dev.waystate.statelog.Batch;
import dev.waystate.statelog.DamagedRecordException;
import dev.waystate.statelog.FencedException;
import dev.waystate.statelog.Report;
import dev.waystate.statelog.SequenceGapException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The statements of one transaction, which alone decides about duplicates, gaps, fences and positions: the same batches
 * make the same tables, however they are grouped. Records, the sources' rows, the totals and the head move together, so
 * that duplicates, current states and summaries need no look at the history. Used again for each group; whoever uses it
 * commits or rolls back.
 */
final class LogTransaction implements AutoCloseable {

    private final RecordInserts records;
    private final PreparedStatement findSource;
    private final PreparedStatement insertSource;
    private final PreparedStatement updateSource;
    private final PreparedStatement addToTotal;
    private final PreparedStatement moveHead;
    private final RecordChecksum checksum = new RecordChecksum();

    private final Fences fences = new Fences();

    private final Map<String, SourceRow> sources = new HashMap<>();
    private final Map<Integer, long[]> totals = new HashMap<>();
    private long head;
    private long infoChars;

    LogTransaction(WriterConnection connection) throws SQLException {
        records = new RecordInserts(connection);
        findSource =
                connection.prepare("SELECT " + RecordRow.OF_SOURCE + ", durable_sequence FROM source WHERE name = ?");
        insertSource = connection.prepare("INSERT INTO source (name) VALUES (?) RETURNING id");
        updateSource = connection.prepare("""
                UPDATE source SET position = ?, sequence = ?, status = ?, info = ?, reported_at = ?, recorded_at = ?,
                checksum = ?, durable_sequence = ? WHERE id = ?""");
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
        for (SourceRow source : sources.values()) {
            if (source.latest != null) {
                writeSource(source, source.latest);
            }
        }
        updateSource.executeBatch();
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
        updateSource.clearBatch();
        addToTotal.clearBatch();
    }

    @Override
    public void close() throws SQLException {
        records.close();
        findSource.close();
        insertSource.close();
        updateSource.close();
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
        Long reportedAt = nanos(report);
        int crc =
                checksum.ofRecord(head, source.name, sequence, report.status(), report.info(), reportedAt, recordedAt);
        records.add(
                new RecordRow(head, sequence, report.status(), report.info(), reportedAt, recordedAt, crc, source.id));
        total(report.status())[0]++;
        infoChars += report.info().length();
        source.position = head;
        source.sequence = sequence;
        source.recordedAt = recordedAt;
        source.latest = report;
    }

    private void writeSource(SourceRow source, Report latest) throws SQLException {
        Long reportedAt = nanos(latest);
        updateSource.setLong(1, source.position);
        updateSource.setLong(2, source.sequence);
        updateSource.setInt(3, latest.status());
        updateSource.setString(4, latest.info());
        setNullable(updateSource, 5, reportedAt);
        updateSource.setLong(6, source.recordedAt);
        updateSource.setInt(
                7,
                checksum.of(
                        source.position,
                        source.name,
                        source.sequence,
                        latest.status(),
                        latest.info(),
                        reportedAt,
                        source.recordedAt,
                        source.durableSequence));
        updateSource.setLong(8, source.durableSequence);
        updateSource.setLong(9, source.id);
        updateSource.addBatch();
        if (source.countedStatus != null) {
            total(source.countedStatus)[1]--;
        }
        total(latest.status())[1]++;
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
            if (!row.next()) {
                return null;
            }
            long durableSequence = row.getLong(RecordRow.COUNT + 1);
            RecordRow latest = RecordRow.read(row);
            latest.toLatest(name, durableSequence, checksum); // refuses damage
            return new SourceRow(latest.sourceId(), name, latest.status(), durableSequence);
        }
    }

    private SourceRow insert(String name) throws SQLException {
        insertSource.setString(1, name);
        try (ResultSet id = insertSource.executeQuery()) {
            id.next();
            SourceRow inserted = new SourceRow(id.getLong(1), name, null, 0);
            sources.put(name, inserted);
            return inserted;
        }
    }

    private static @Nullable Long nanos(Report report) {
        return report.reportedAt() == null ? null : Timestamps.toNanos(Objects.requireNonNull(report.reportedAt()));
    }

    private static void setNullable(PreparedStatement statement, int index, @Nullable Long value) throws SQLException {
        if (value == null) {
            statement.setNull(index, Types.BIGINT);
        } else {
            statement.setLong(index, value);
        }
    }
}
