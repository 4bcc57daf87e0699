package dev.waystate.statelog.local;

import dev.waystate.statelog.DamagedRecordException;
import dev.waystate.statelog.LogFullException;
import dev.waystate.statelog.LogUnavailableException;
import dev.waystate.statelog.entry.Entry;
import dev.waystate.statelog.entry.EntryQueue;
import dev.waystate.statelog.entry.EntryQueue.Made;
import dev.waystate.statelog.entry.Session;
import dev.waystate.statelog.entry.Verdict;
import dev.waystate.statelog.file.SqliteErrors;
import dev.waystate.statelog.operation.LogHealth;
import dev.waystate.statelog.operation.RetentionProperties;
import dev.waystate.statelog.view.HeadListeners;
import dev.waystate.statelog.view.LogView;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that writes. It takes all batches that wait, has the view apply them in one transaction, and completes
 * them only after the commit. During a commit the next group gathers, so that groups grow with the load.
 *
 * <p>After an I/O error, or any other that it does not expect, it stops for good. The system may have dropped what it
 * failed to write, and a later sync that succeeds would not tell.
 */
final class LogWriter {

    private static final Logger log = LoggerFactory.getLogger(LogWriter.class);

    /** How long the writer waits for a batch before it looks around. */
    private static final long PAUSE_MILLIS = 1_000;

    private static final long CLOSE_TIMEOUT_MILLIS = 20_000;

    private final EntryQueue queue;
    private final LogView view;
    private final LogClock clock;
    private final RetentionProperties retention;
    private final LogHealth health;
    private final HeadListeners listeners;
    private final Thread thread = new Thread(this::run, "state-log-writer");

    /**
     * Completes when the group that is being stored is stored, or has been refused. Until then, lists may show more
     * than the head.
     */
    private volatile CompletableFuture<Void> storing = CompletableFuture.completedFuture(null);

    // Used by the writer's thread alone.
    private final Session session = new Session();
    private final List<Made> group = new ArrayList<>();
    private boolean diskFull;

    /** Whether retention has met damage: it has ended, and the log goes on without it. */
    private boolean keepsAll;

    /** Whether another process holds the file. */
    private boolean held;

    LogWriter(
            EntryQueue queue,
            LogView view,
            LogClock clock,
            RetentionProperties retention,
            HeadListeners listeners,
            LogHealth health) {
        this.queue = queue;
        this.view = view;
        this.clock = clock;
        this.retention = retention;
        this.listeners = listeners;
        this.health = health;
    }

    void start() {
        thread.start();
    }

    /** Waits for the thread to store what was appended before the queue was closed. */
    void join() throws SQLException {
        try {
            thread.join(CLOSE_TIMEOUT_MILLIS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            throw new SQLException("The writer is still at work after " + CLOSE_TIMEOUT_MILLIS + " ms");
        }
    }

    /** Completes when all that is committed now can be read. Does not block. */
    CompletionStage<Void> settled() {
        return storing;
    }

    private void run() {
        try {
            boolean open = true;
            while (open) {
                group.clear();
                open = queue.take(group, session, PAUSE_MILLIS, made -> true);
                if (group.isEmpty()) {
                    lookAround();
                } else {
                    storing = new CompletableFuture<>();
                    try {
                        store();
                    } finally {
                        storing.complete(null);
                    }
                }
                view.checkpointWhenDue();
                if (open && retention.isOn() && !keepsAll && !held) {
                    prune();
                }
            }
        } catch (Throwable problem) {
            stop(problem);
        }
    }

    /** Finds out, while nothing is appended, whether an append could be stored. */
    private void lookAround() throws SQLException, IOException {
        clock.now();
        view.checkFile();
        if (begin()) {
            view.rollBack();
        }
    }

    private void store() throws SQLException {
        if (!begin()) {
            refuse(new LogUnavailableException("Another process holds the state log: nothing was stored", null));
            return;
        }
        try {
            List<Verdict> verdicts = apply();
            view.commit();
            clock.saved();
            boolean advanced = view.advance();
            complete(verdicts);
            if (advanced) {
                noteRoom();
                listeners.wake();
            }
        } catch (SQLException problem) {
            if (!SqliteErrors.isDiskFull(problem)) {
                throw problem;
            }
            view.rollBack();
            noteFullDisk(problem);
            refuse(new LogFullException(problem));
        }
    }

    private List<Verdict> apply() throws SQLException {
        long recordedAt = clock.now();
        if (clock.isChanged()) {
            view.clock().replace(clock.anchor(), clock.steps());
        }
        List<Verdict> verdicts = new ArrayList<>(group.size());
        for (Made made : group) {
            verdicts.add(verdict(made, recordedAt));
        }
        return verdicts;
    }

    private Verdict verdict(Made made, long recordedAt) throws SQLException {
        try {
            return view.apply(made.origin(), made.entry(), recordedAt);
        } catch (DamagedRecordException damaged) {
            return new Verdict.Refused(damaged);
        }
    }

    private void complete(List<Verdict> verdicts) {
        for (int i = 0; i < verdicts.size(); i++) {
            group.get(i).settle(verdicts.get(i));
        }
    }

    private void refuse(RuntimeException reason) {
        session.renew();
        group.forEach(entry -> entry.result().completeExceptionally(reason));
    }

    private boolean begin() throws SQLException {
        boolean begun = view.begin();
        if (held == begun) {
            held = !begun;
            if (held) {
                log.warn("Another process holds the state log's file: reports are refused until it lets go");
                health.unready();
            } else {
                log.info("The other process has let go of the state log's file: reports are stored");
                health.ready();
            }
        }
        return begun;
    }

    /** Removes records at twice the speed of the appends, so that the log does not outgrow its limit under load. */
    private void prune() throws SQLException, IOException {
        long appended = group.stream()
                .mapToLong(made -> made.entry() instanceof Entry.Append append
                        ? append.reports().size()
                        : 0)
                .sum();
        try {
            view.prune(
                    retention,
                    clock.keptFrom(retention.maxAge()),
                    removed -> removed < 2 * appended || queue.isEmpty());
        } catch (SQLException problem) {
            if (!SqliteErrors.isDamage(problem)) {
                throw problem;
            }
            keepsAll = true;
            log.error(
                    "The state log's file is damaged where its oldest records are ({}): none are removed any more. Restore"
                            + " the file from a backup",
                    problem.getMessage());
        }
    }

    private void noteFullDisk(SQLException problem) {
        if (!diskFull) {
            diskFull = true;
            log.warn("The disk is full: reports are refused until there is room ({})", problem.getMessage());
        }
    }

    private void noteRoom() {
        if (diskFull) {
            diskFull = false;
            log.info("The disk has room again: reports are stored");
        }
    }

    /**
     * Refuses all entries, reports the failure and logs it. Each step is taken even if another one fails, since memory
     * may have run out.
     */
    private void stop(Throwable problem) {
        view.abandon();
        try {
            queue.fail(group);
        } finally {
            try {
                health.failed(problem);
            } finally {
                log.error("The state log cannot be written, and stops: nothing more is acknowledged", problem);
            }
        }
    }
}
