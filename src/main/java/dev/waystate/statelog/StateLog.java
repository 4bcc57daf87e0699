package dev.waystate.statelog;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * A durable log of state reports, in one order for all readers. What it guarantees:
 *
 * <ul>
 *   <li><b>Durability.</b> A batch whose append completed survives the end of the process and of the machine's power.
 *   <li><b>Atomicity.</b> A batch is stored as a whole or not at all. Batches are stored in the order of their appends.
 *   <li><b>Order.</b> Positions start at 1, have no gaps, and follow the order of commit. A reader never sees position n
 *       before n − 1, and everything it sees is durable.
 *   <li><b>Exactly once.</b> Each sequence of a source is stored once, however often it is appended.
 *   <li><b>Fences.</b> When two streams of a source each have a {@link Claim}, the later one takes over with its first
 *       batch, and nothing of the earlier one is stored after that.
 *   <li><b>Isolation.</b> A batch that is refused leaves the batches around it alone.
 *   <li><b>Fail-stop.</b> After an I/O error nothing is acknowledged any more, since the system may have dropped what it
 *       failed to write: the log has to be opened again. The same holds when what it writes to is no longer what it
 *       opened. A full disk is no such error, and neither is another process that holds the file for a while: appends
 *       are refused until there is room, or it lets go, and reads go on.
 *   <li><b>Integrity.</b> A stored record that is damaged is reported and never returned.
 * </ul>
 *
 * <p>All methods may be called from any thread.
 */
public interface StateLog {

    /**
     * Adds the reports of a batch to the log. Does not block: the batch waits in memory until the log has stored it, and
     * callers bound how many are under way.
     *
     * <p>Of a numbered batch, the reports that are stored already are left out. A batch without reports stores nothing,
     * and completes after the batches appended before it.
     *
     * @return completes when the batch is durable, on a thread of the log that must not be held up; or exceptionally with
     *     {@link SequenceGapException}, {@link FencedException}, {@link LogFullException} or
     *     {@link LogUnavailableException}
     */
    CompletionStage<Appended> append(Batch batch);

    /** Makes a claim for a stream, which takes the source with its first batch. Does not block. */
    Claim claim(String source);

    /**
     * Returns the records that follow a position: one at least, unless the position is the head, and more while they fit
     * into the page. May block.
     *
     * @param afterPositionExclusive from 0 to {@link #head()}
     * @param maxBytes how large the page may become, from 1: a record counts as many bytes as its info and its source
     *     have in UTF-8, and 100. One record more is in memory meanwhile
     * @throws PrunedPositionException if retention has removed a record after the position
     * @throws PositionBeyondHeadException if the position is above the head
     * @throws DamagedRecordException if the first record after the position is damaged; a page ends before a later one
     */
    List<StateRecord> read(long afterPositionExclusive, int maxBytes);

    /** Returns the position of the newest record, 0 when there is none. Does not block. */
    long head();

    /** Returns the position of the oldest record that retention kept, or one above the head. Does not block. */
    long earliest();

    /**
     * Returns sources with their latest reports, in the order of the UTF-8 bytes of their names: one at least, unless
     * there is none, and more while they fit into the page. May block.
     *
     * @param afterNameExclusive only names above this one; empty for all
     * @param statuses only sources whose latest report has one of these; all when empty
     * @param limit how many sources at most, from 1
     * @param maxBytes how large the page may become, from 1: a source counts as its latest record does in
     *     {@link #read}. One source more is in memory meanwhile
     */
    List<SourceState> sources(String afterNameExclusive, Collection<Integer> statuses, int limit, int maxBytes);

    /** Returns how much the log holds, and how many sources are in which state, as of one moment. May block. */
    Summary summary();

    /**
     * Has the listener run after each time the head has moved, on a thread of the log that must not be held up.
     *
     * @param listener runs for as long as the log is open
     */
    void onAdvance(Runnable listener);
}
