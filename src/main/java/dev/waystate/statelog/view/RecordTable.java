package dev.waystate.statelog.view;

import dev.waystate.statelog.Report;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** The records that a transaction adds behind the head, and the states of sources that begin with them. */
final class RecordTable implements AutoCloseable {

    private final BlockWriter blocks;
    private final PreparedStatement insertTransition;
    private final Checksum checksum = new Checksum();

    private long head;
    private long infoChars;

    RecordTable(WriterConnection connection) throws SQLException {
        blocks = connection.blocks();
        insertTransition = connection.prepare(TransitionRow.INSERT);
    }

    /** Begins another transaction, whose records follow a head. */
    void begin(long after) {
        head = after;
        infoChars = 0;
    }

    /** Makes the records follow another head, before there is any. */
    void moveHead(long after) {
        head = after;
    }

    /** Returns the position of the record that was added last. */
    long head() {
        return head;
    }

    /** Returns how long the infos of the added records are together. */
    long infoChars() {
        return infoChars;
    }

    /**
     * Adds a record at the next position.
     *
     * @param source the row of the source; its position is that of the record before
     */
    RecordRow add(SourceRow source, long sequence, Report report, long recordedAt) throws SQLException {
        head++;
        RecordRow added = RecordRow.of(source, head, sequence, report, recordedAt);
        blocks.add(added, source.name);
        infoChars += report.info().length();
        return added;
    }

    /** Adds the beginning of a state of a source. */
    void addTransition(SourceRow source, long position, int status, long since) throws SQLException {
        TransitionRow.set(insertTransition, source, position, status, since, checksum);
        insertTransition.addBatch();
    }

    /** Writes what was added. */
    void write() throws SQLException {
        blocks.finish();
        insertTransition.executeBatch();
    }

    /** Returns the newest block that was written; none if it is not in memory. */
    Block newestBlock() {
        return blocks.written();
    }

    /** Forgets what was added and not written. */
    void discard() throws SQLException {
        blocks.discard();
        insertTransition.clearBatch();
    }

    @Override
    public void close() throws SQLException {
        blocks.close();
        insertTransition.close();
    }
}
