package dev.waystate.statelog.sql;

import dev.waystate.statelog.Appended;
import dev.waystate.statelog.Batch;
import dev.waystate.statelog.Claim;
import dev.waystate.statelog.DamagedRecordException;
import dev.waystate.statelog.FencedException;
import dev.waystate.statelog.LogFullException;
import dev.waystate.statelog.LogUnavailableException;
import dev.waystate.statelog.SequenceGapException;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that writes. It takes whatever batches are waiting, stores them in one transaction, and completes them
 * only after the commit: while a commit is under way the next group gathers, so that groups grow with the load.
 *
 * <p>After an I/O error it stops for good. What the system failed to write it may have dropped, and a later sync that
 * succeeds would say nothing about it.
 */
final class LogWriter implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(LogWriter.class);

    private static final int MAX_GROUP_REPORTS = 20_000;
    private static final long RETENTION_PAUSE_MILLIS = 1_000;
    private static final long CLOSE_TIMEOUT_MILLIS = 20_000;

    /** @param released a claim that is let go of after the batch; null for none */
    private record Pending(Batch batch, @Nullable SourceClaim released, CompletableFuture<Appended> result) {

        Pending(Batch batch, @Nullable SourceClaim released) {
            this(batch, released, new CompletableFuture<>());
        }
    }

    private static final Batch NOTHING = new Batch("", Batch.UNNUMBERED, List.of());

    /** Ends the thread when everything before it is stored. */
    private static final Pending END = new Pending(NOTHING, null);

    private final WriterConnection connection;
    private final LogTransaction transaction;
    private final Retention retention;
    private final WalCheckpoint checkpoint;
    private final LogBounds bounds;
    private final Clock clock;
    private final Consumer<Throwable> onFailure;
    private final List<Runnable> advanceListeners = new CopyOnWriteArrayList<>();
    private final BlockingQueue<Pending> queue = new LinkedBlockingQueue<>();
    private final AtomicLong claims = new AtomicLong();
    private final Thread thread = new Thread(this::run, "state-log-writer");

    /** Why nothing is taken any more; null while the log is open. Guarded by this. */
    private @Nullable LogUnavailableException unavailable;

    // Used by the writer's thread alone.
    private final List<Pending> group = new ArrayList<>();
    private long recordedAt;
    private boolean diskFull;

    LogWriter(
            SqliteDatabase database,
            LogBounds bounds,
            long recordedAt,
            RetentionProperties retention,
            Clock clock,
            Consumer<Throwable> onFailure)
            throws SQLException {
        this.connection = database.writer();
        this.transaction = new LogTransaction(connection);
        this.retention = new Retention(connection, retention, clock);
        this.checkpoint = new WalCheckpoint(connection);
        this.bounds = bounds;
        this.recordedAt = recordedAt;
        this.clock = clock;
        this.onFailure = onFailure;
    }

    void start() {
        thread.start();
    }

    void onAdvance(Runnable listener) {
        advanceListeners.add(listener);
    }

    /** @throws IllegalArgumentException if the batch carries a claim of another source */
    CompletionStage<Appended> append(Batch batch) {
        if (batch.claim() != null && !((SourceClaim) batch.claim()).source().equals(batch.source())) {
            throw new IllegalArgumentException("Expected a claim of " + batch.source());
        }
        Pending pending = new Pending(batch, null);
        synchronized (this) {
            if (unavailable != null) {
                return CompletableFuture.failedFuture(unavailable);
            }
            queue.add(pending);
        }
        return pending.result();
    }

    Claim claim(String source) {
        return new SourceClaim(source, claims.incrementAndGet(), this::release);
    }

    private synchronized void release(SourceClaim claim) {
        if (unavailable == null) {
            queue.add(new Pending(NOTHING, claim));
        }
    }

    /** Stores what was appended, and stops. */
    @Override
    public void close() throws SQLException {
        synchronized (this) {
            if (unavailable == null) {
                unavailable = new LogUnavailableException("The state log is closed", null);
                queue.add(END);
            }
        }
        try {
            thread.join(CLOSE_TIMEOUT_MILLIS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            throw new SQLException("The writer is still at work after " + CLOSE_TIMEOUT_MILLIS + " ms");
        }
        transaction.close();
        retention.close();
    }

    private void run() {
        try {
            boolean open = true;
            while (open) {
                group.clear();
                open = takeGroup();
                storeGroup();
                checkpoint.runWhenDue();
                if (open && retention.isOn()) {
                    prune();
                }
            }
        } catch (SQLException | RuntimeException | Error problem) {
            stop(problem);
        }
    }

    /** Fills the group with what is waiting, after a wait for the first; returns false when the end has come. */
    private boolean takeGroup() {
        Pending next = waitForNext();
        for (int reports = 0; next != null && next != END; next = reports < MAX_GROUP_REPORTS ? queue.poll() : null) {
            group.add(next);
            reports += next.batch().reports().size();
        }
        return next != END;
    }

    private @Nullable Pending waitForNext() {
        try {
            return retention.isOn() ? queue.poll(RETENTION_PAUSE_MILLIS, TimeUnit.MILLISECONDS) : queue.take();
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException("Nobody interrupts the writer", interrupted);
        }
    }

    private void storeGroup() throws SQLException {
        if (group.isEmpty()) {
            return;
        }
        try {
            connection.begin();
            transaction.begin(bounds.head(), nextRecordedAt());
            List<Runnable> completions = new ArrayList<>(group.size());
            for (Pending pending : group) {
                completions.add(add(pending));
            }
            long head = transaction.write();
            // The commit point: from here on the reports of the group are durable, and not before.
            connection.commit();
            long records = head - bounds.head();
            bounds.moveHead(head);
            completions.forEach(Runnable::run);
            if (records > 0) {
                noteRoom();
                checkpoint.committed(group.size(), records, transaction.infoChars());
                advanceListeners.forEach(Runnable::run);
            }
        } catch (SQLException problem) {
            rollBack(problem);
            LogFullException full = new LogFullException(problem);
            group.forEach(pending -> pending.result().completeExceptionally(full));
        }
    }

    /** Adds a batch to the transaction and returns how to complete it after the commit. */
    private Runnable add(Pending pending) throws SQLException {
        if (pending.released() != null) {
            transaction.release(pending.released());
            return () -> {};
        }
        try {
            Appended appended = new Appended(transaction.add(pending.batch()));
            return () -> pending.result().complete(appended);
        } catch (SequenceGapException | FencedException | DamagedRecordException refused) {
            return () -> pending.result().completeExceptionally(refused);
        }
    }

    /** Removes records at twice the speed of the appends, so that the log does not outgrow its limit under load. */
    private void prune() throws SQLException {
        long appended = group.stream()
                .mapToLong(pending -> pending.batch().reports().size())
                .sum();
        long removed = 0;
        long step;
        do {
            step = pruneStep(bounds.earliest());
            removed += step;
        } while (step > 0 && (removed < 2 * appended || queue.isEmpty()));
    }

    /** Removes some records and returns how many. Readers are turned away from them before they are gone. */
    private long pruneStep(long earliest) throws SQLException {
        long firstKept = retention.firstKept(earliest, bounds.head());
        if (firstKept == earliest) {
            return 0;
        }
        try {
            connection.begin();
            retention.prune(earliest, firstKept);
            bounds.moveEarliest(firstKept);
            connection.commit();
        } catch (SQLException problem) {
            bounds.moveEarliest(earliest);
            rollBack(problem);
            return 0;
        }
        checkpoint.committed(0, firstKept - earliest, 0);
        checkpoint.runWhenDue();
        return firstKept - earliest;
    }

    /**
     * Takes back a transaction that the full disk stopped.
     *
     * @throws SQLException the problem, if it is any other
     */
    private void rollBack(SQLException problem) throws SQLException {
        if (!SqliteErrors.isDiskFull(problem)) {
            throw problem;
        }
        if (!diskFull) {
            diskFull = true;
            log.warn("The disk is full: reports are refused until there is room ({})", problem.getMessage());
        }
        transaction.discard();
        connection.rollback();
    }

    private void noteRoom() {
        if (diskFull) {
            diskFull = false;
            log.info("The disk has room again: reports are stored");
        }
    }

    private long nextRecordedAt() {
        recordedAt = Math.max(recordedAt, Timestamps.toNanos(clock.instant()));
        return recordedAt;
    }

    private void stop(Throwable problem) {
        try {
            refuseAll(new LogUnavailableException("The state log has failed", problem));
            log.error("The state log cannot be written, and stops: nothing more is acknowledged", problem);
        } finally {
            onFailure.accept(problem);
        }
    }

    private void refuseAll(LogUnavailableException failure) {
        synchronized (this) {
            unavailable = failure;
        }
        group.forEach(pending -> pending.result().completeExceptionally(failure));
        for (Pending pending = queue.poll(); pending != null; pending = queue.poll()) {
            pending.result().completeExceptionally(failure);
        }
    }
}
