package dev.waystate.statelog.entry;

import dev.waystate.statelog.Appended;
import dev.waystate.statelog.Batch;
import dev.waystate.statelog.Claim;
import dev.waystate.statelog.LogUnavailableException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The entries that this process wants to add to the log, in their order. Any thread adds, and one takes. */
public final class EntryQueue {

    private static final int MAX_GROUP_REPORTS = 20_000;

    /**
     * An entry that is made.
     *
     * @param result completes when it is settled
     */
    public record Made(Origin origin, Entry entry, CompletableFuture<Appended> result) {

        /** An entry that was in no queue. */
        public Made(Origin origin, Entry entry) {
            this(origin, entry, new CompletableFuture<>());
        }

        /** Completes the result, unless the entry may still become part of the log. */
        public void settle(Verdict verdict) {
            if (verdict instanceof Verdict.Applied applied) {
                result.complete(new Appended(applied.durableSequence(), applied.head()));
            } else if (verdict instanceof Verdict.Refused refused) {
                result.completeExceptionally(refused.reason());
            }
        }
    }

    /**
     * An entry that waits to be made.
     *
     * @param reports the number of its reports
     * @param claim the claim that it needs, or ends; null for none
     */
    private record Waiting(
            int reports,
            @Nullable SourceClaim claim,
            Function<Origin, Entry> entry,
            CompletableFuture<Appended> result) {

        Waiting(int reports, @Nullable SourceClaim claim, Function<Origin, Entry> entry) {
            this(reports, claim, entry, new CompletableFuture<>());
        }
    }

    /** Marks the end of the queue. */
    private static final Waiting END = new Waiting(0, null, origin -> Entry.BARRIER);

    private final BlockingQueue<Waiting> entries = new LinkedBlockingQueue<>();

    /** Made in advance: it is needed when memory may have run out. */
    private final LogUnavailableException failure = new LogUnavailableException("The state log has failed", null);

    // Guarded by this.
    private @Nullable LogUnavailableException unavailable;
    private boolean closed;

    /** @throws IllegalArgumentException if the batch carries a claim of another source */
    public CompletionStage<Appended> add(Batch batch) {
        SourceClaim claim = (SourceClaim) batch.claim();
        if (claim != null && !claim.source().equals(batch.source())) {
            throw new IllegalArgumentException("Expected a claim of " + batch.source());
        }
        return add(new Waiting(
                batch.reports().size(),
                claim,
                origin -> new Entry.Append(
                        batch.source(), claim == null ? null : claim.origin, batch.firstSequence(), batch.reports())));
    }

    /** Adds batches of one source together. If the queue refuses entries just now, it refuses all of them. */
    public synchronized List<CompletionStage<Appended>> addAll(List<Batch> batches) {
        return batches.stream().map(this::add).toList();
    }

    /** Adds the claim of a stream to a source, and returns it. */
    public Claim claim(String source) {
        SourceClaim claim = new SourceClaim(source, this::release);
        add(new Waiting(0, null, claim::begin)).whenComplete((appended, problem) -> claim.failure = problem);
        return claim;
    }

    private void release(SourceClaim claim) {
        add(new Waiting(0, claim, origin -> new Entry.Release(claim.source(), claim.origin)));
    }

    private CompletableFuture<Appended> add(Waiting entry) {
        synchronized (this) {
            if (unavailable != null) {
                return CompletableFuture.failedFuture(unavailable);
            }
            entries.add(entry);
        }
        return entry.result();
    }

    /** Refuses what waits, and what is added from here on. Called by the thread that takes. */
    public void suspend(LogUnavailableException reason) {
        List<Waiting> refused = new ArrayList<>();
        synchronized (this) {
            if (!closed) {
                unavailable = reason;
            }
            entries.drainTo(refused);
            if (refused.remove(END)) {
                entries.add(END);
            }
        }
        refused.forEach(entry -> entry.result().completeExceptionally(reason));
    }

    /** Accepts entries again. */
    public synchronized void resume() {
        if (!closed) {
            unavailable = null;
        }
    }

    /** Refuses what is added from here on. What waits is still taken. */
    public synchronized void close() {
        if (!closed) {
            unavailable = new LogUnavailableException("The state log is closed", null);
            closed = true;
            entries.add(END);
        }
    }

    /**
     * Waits for an entry, makes entries of all that wait, and adds them to a group. An entry whose claim did not become
     * part of the log is refused.
     *
     * @param waitMillis the most time to wait for the first one, in milliseconds
     * @param isRoomAfter is given each entry that was made, and says whether another one may follow it
     * @return false at the end of the queue
     */
    public boolean take(List<Made> group, Session session, long waitMillis, Predicate<Made> isRoomAfter) {
        Waiting next = await(waitMillis);
        int reports = 0;
        boolean isRoom = true;
        for (; next != null && next != END; next = isRoom ? entries.poll() : null) {
            Throwable missing = next.claim() == null ? null : next.claim().failure;
            if (missing != null) {
                next.result().completeExceptionally(missing);
                continue;
            }
            Origin origin = session.next();
            Made made = new Made(origin, next.entry().apply(origin), next.result());
            group.add(made);
            reports += 1 + next.reports();
            isRoom = isRoomAfter.test(made) && reports < MAX_GROUP_REPORTS;
        }
        return next != END;
    }

    private @Nullable Waiting await(long millis) {
        try {
            return entries.poll(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException("Nobody interrupts the thread that takes", interrupted);
        }
    }

    public boolean isEmpty() {
        return entries.isEmpty();
    }

    /** Returns how many entries wait. */
    public int size() {
        return entries.size();
    }

    /** Refuses everything from here on, what waits, and entries that were made and are not settled. */
    public void fail(Iterable<Made> unsettled) {
        synchronized (this) {
            unavailable = failure;
            closed = true;
        }
        unsettled.forEach(made -> refuse(made.result()));
        for (Waiting entry = entries.poll(); entry != null; entry = entries.poll()) {
            refuse(entry.result());
        }
    }

    private void refuse(CompletableFuture<Appended> result) {
        try {
            result.completeExceptionally(failure);
        } catch (Error noMemory) {
            // The next one may need none. Whoever waits for this one waits for the end of the process.
        }
    }
}
