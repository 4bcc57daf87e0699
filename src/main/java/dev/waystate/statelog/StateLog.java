package dev.waystate.statelog;

import dev.waystate.geometry.Circle;
import dev.waystate.statelog.Summary.Snapshot;
import dev.waystate.statelog.Summary.StatusCount;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A durable log of state reports, in one order for all readers. What it guarantees:
 *
 * <ul>
 *   <li><b>Durability.</b> A batch whose append completed survives the end of the process and of the machine's power; with
 *       replicas, as far as the brokers of their topic keep it.
 *   <li><b>Atomicity.</b> A numbered batch is stored as a whole or not at all; one without numbers may be stored in part.
 *       Batches are stored in the order of their appends.
 *   <li><b>Order.</b> Positions start at 1, have no gaps, and follow the order of commit. A reader never sees position n
 *       before n − 1, and everything it sees is durable.
 *   <li><b>Exactly once.</b> Each sequence of a source is stored once, however often it is appended.
 *   <li><b>Fences.</b> When two streams of a source each have a {@link Claim}, the later one takes over where its claim
 *       stands in the order of the log, and nothing of the earlier one is stored after that.
 *   <li><b>Isolation.</b> A batch that is refused leaves the batches around it alone.
 *   <li><b>Fail-stop.</b> After an I/O error nothing is acknowledged any more, since the system may have dropped what it
 *       failed to write: the log has to be opened again. The same holds when what it writes to is no longer what it
 *       opened. A full disk is no such error, and neither is another process that holds the file for a while: appends
 *       are refused until there is room, or it lets go, and reads go on.
 *   <li><b>Integrity.</b> A stored record that is damaged is reported and never returned.
 *   <li><b>Tracks.</b> Where a source is, how far it went and since when it is in its state moves with its records: a
 *       report that is stored once counts once.
 * </ul>
 *
 * <p>All methods may be called from any thread. Those that may block throw {@link LogUnavailableException} when the log
 * is closed, {@link DamagedRecordException} when what they come across is damaged, and
 * {@link java.io.UncheckedIOException} when the file cannot be read. While a replica builds its view of the log, they
 * throw {@link LogUnavailableException}, and so do {@link #readNewest}, {@link #head}, {@link #reached} and
 * {@link #earliest}.
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
     *     {@link SequenceGapException}, {@link FencedException}, {@link LogFullException},
     *     {@link LogUnavailableException}, or {@link DamagedRecordException} if what is stored of the source is damaged
     * @throws IllegalArgumentException if the batch carries a claim of another source
     */
    CompletionStage<Appended> append(Batch batch);

    /** Takes a source for a stream, ahead of the batches that the stream appends from here on. Does not block. */
    Claim claim(String source);

    /**
     * Returns the records that follow a position: one at least, unless the position is the head, and more while they
     * fit into the page. May block.
     *
     * @param afterPositionExclusive from 0 to {@link #head()}
     * @param maxBytes how large the page may become, in bytes, from 1. A record counts the bytes of its info and its
     *     source in UTF-8, and 100. One record more is in memory meanwhile
     * @throws PrunedPositionException if retention has removed a record after the position
     * @throws PositionBeyondHeadException if the position is above the head
     * @throws DamagedRecordException if the first record after the position is damaged; a page ends before a later one
     */
    default List<StateRecord> read(long afterPositionExclusive, int maxBytes) {
        List<StateRecord> page = new ArrayList<>();
        read(afterPositionExclusive, maxBytes, stored -> page.add(stored.toRecord()));
        return page;
    }

    /**
     * Passes on the records of such a page one after the other, without making an object for each.
     *
     * @param to is called on this thread, and should not block: the log cannot tidy up meanwhile
     * @return the position of the last one
     */
    long read(long afterPositionExclusive, int maxBytes, Consumer<StoredRecord> to);

    /**
     * Passes on the records of such a page if they are still in memory, as those that were stored last may be. Does not
     * block.
     *
     * @return the position of the last one; {@code afterPositionExclusive} if there are none, or they are not in memory
     */
    long readNewest(long afterPositionExclusive, int maxBytes, Consumer<StoredRecord> to);

    /** Returns the position of the newest record, 0 when there is none. Does not block. */
    long head();

    /**
     * Waits until everything that is part of the log now can be read here. In a log of one process, that takes a moment
     * at most: the lists below show committed records before the head has moved. Does not block.
     *
     * @return completes then; or exceptionally with {@link LogUnavailableException} if the end of the log is not known
     */
    CompletionStage<Void> caughtUp();

    /**
     * Waits until the log has come to a position here. A replica that is behind may not have done so. Does not block.
     *
     * @return completes then; or exceptionally with {@link PositionBeyondHeadException} if the position is not part of
     *     the log, or with {@link LogUnavailableException} if that is not known
     */
    default CompletionStage<Void> reached(long position) {
        if (position <= head()) {
            return CompletableFuture.completedFuture(null);
        }
        return caughtUp().handle((caughtUp, unknown) -> {
            long head = head();
            if (position <= head) {
                return null;
            }
            throw unknown == null
                    ? new PositionBeyondHeadException(position, head)
                    : new LogUnavailableException(
                            "Expected a position up to " + head + ", where this replica is, but it is " + position,
                            unknown);
        });
    }

    /** Returns the position of the oldest record that retention kept, or one above the head. Does not block. */
    long earliest();

    /**
     * Returns the present time by the clock that gives records their times. Ages of records are counted from it. Does
     * not block.
     */
    Instant now();

    /**
     * Returns the id of the log, 32 hexadecimal digits. Positions mean something only together with it. Does not block.
     *
     * @throws LogUnavailableException until a replica has read the beginning of the log
     */
    String id();

    /**
     * Returns the position of the first record that is kept and was recorded at this time or later; one above the head
     * if there is none. May block.
     *
     * @throws DamagedRecordException if a record that it looks at is damaged
     */
    long firstSince(Instant time);

    /**
     * Returns the position of the newest record that was recorded at a time or before; 0 when there was none. May block.
     *
     * @throws UnknownStatesException if it is before the first position for which the states are known
     * @throws DamagedRecordException if a record that it looks at is damaged
     */
    long positionAt(Instant time);

    /**
     * Returns records of a source that are kept, newest first, while they fit into the page. If the next record is far
     * away, the page may be empty though there are more. May block.
     *
     * @param from where the page before ended; null for the newest record
     * @param statuses only records with one of these; all when empty
     * @param limit how many records at most, from 1
     * @param maxBytes as for {@link #read}
     * @throws UnknownSourceException if it has never reported
     * @throws PositionBeyondHeadException if the page goes on above the head, as of a replica that is behind
     * @throws DamagedRecordException if a record on the way is damaged
     */
    Page<StateRecord, HistoryPlace> records(
            String source, @Nullable HistoryPlace from, Set<Integer> statuses, int limit, int maxBytes);

    /**
     * Returns sources with their latest reports, in the order of the UTF-8 bytes of their names: one at least, unless
     * there is none, and more while they fit into the page. May block.
     *
     * @param afterNameExclusive only names above this one; empty for all
     * @param limit how many sources at most, from 1
     * @param maxBytes how large the page may become, in bytes, from 1. A source counts as its latest record does in
     *     {@link #read}, and its name and 150 more. One source more is in memory meanwhile
     * @return the next page begins after the last name
     * @throws DamagedRecordException if what is stored of one of the sources is damaged
     */
    Page<SourceState, String> sources(SourceFilter filter, String afterNameExclusive, int limit, int maxBytes);

    /**
     * Returns sources whose latest location is in a circle, in the exact order of their distances from its center, those
     * that are equally far in the order of the UTF-8 bytes of their names. May block.
     *
     * @param afterExclusive only those whose place is above this one; null for all
     * @param limit as for {@link #sources}
     * @param maxBytes as for {@link #sources}
     * @return the next page begins after the last place: it neither repeats nor leaves out a source that did not move
     * @throws DamagedRecordException if what is stored of one of the sources is damaged
     */
    Page<SourceState, NearPlace> nearest(
            Circle circle, SourceFilter filter, @Nullable NearPlace afterExclusive, int limit, int maxBytes);

    /**
     * Returns the states that sources were in after a record, in the order of the UTF-8 bytes of their names, without
     * those that had not reported by then. May block.
     *
     * @param position up to {@link #head()}; from one below {@link #earliest()} on, unless the log was begun by a
     *     version that kept no transitions
     * @param filter without a time of silence; its statuses are those of that moment
     * @param afterNameExclusive only names above this one; empty for all
     * @param limit how many sources at most, from 1
     * @return the next page begins after the last name
     * @throws UnknownStatesException if it is before the first one for which the states are known
     * @throws PositionBeyondHeadException if the position is above the head
     * @throws DamagedRecordException if one of the states is damaged
     */
    Page<Transition, String> sourcesAt(long position, SourceFilter filter, String afterNameExclusive, int limit);

    /**
     * Returns the states that a source was in, newest first, back to the one at the oldest record that is kept. May block.
     *
     * @param beforePositionExclusive only those that began before this position; {@link Long#MAX_VALUE} for all
     * @param limit how many states at most, from 1
     * @return the next page begins before the last position
     * @throws UnknownSourceException if it has never reported
     * @throws DamagedRecordException if one of the states, or what is stored of the source, is damaged
     */
    Page<Transition, Long> transitions(String source, long beforePositionExclusive, int limit);

    /** Returns how much the log holds, and how many sources are in which state, as of one moment. May block. */
    Summary summary();

    /**
     * Returns how many sources were in which state after a record, for each status that a source was in, in the order
     * of the numbers. If there are more than 1000 statuses, it has those that most sources were in. May block.
     *
     * @param position as for {@link #sourcesAt}
     * @throws UnknownStatesException as for {@link #sourcesAt}
     * @throws PositionBeyondHeadException if the position is above the head
     */
    List<StatusCount> statusesAt(long position);

    /**
     * Returns how many sources were in which state at several times. May block for as long as it takes to go through
     * all transitions that are kept.
     *
     * @param times in ascending order
     * @param maxStatuses how many statuses at most: those that were reported most often
     * @throws UnknownStatesException as for {@link #positionAt}
     * @throws DamagedRecordException as for {@link #positionAt}
     */
    List<Snapshot> statusesAt(List<Instant> times, int maxStatuses);

    /**
     * Runs the listener each time the head has moved, on a thread of the log that must not be held up.
     *
     * @param listener runs for as long as the log is open
     */
    void onAdvance(Runnable listener);
}
