package dev.waystate.statelog.local;

import dev.waystate.statelog.Appended;
import dev.waystate.statelog.Batch;
import dev.waystate.statelog.Claim;
import dev.waystate.statelog.LogUnavailableException;
import dev.waystate.statelog.view.SourceClaim;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What waits for the writer, in the order of the log. Any thread adds, one takes. */
final class AppendQueue {

    private static final int MAX_GROUP_REPORTS = 20_000;
    private static final long PAUSE_MILLIS = 1_000;

    private static final Batch NOTHING = new Batch("", Batch.UNNUMBERED, List.of());

    /**
     * A batch that waits.
     *
     * @param released a claim that ends with it; null for none
     * @param result completes when the batch is settled
     */
    record Entry(Batch batch, @Nullable SourceClaim released, CompletableFuture<Appended> result) {

        Entry(Batch batch, @Nullable SourceClaim released) {
            this(batch, released, new CompletableFuture<>());
        }
    }

    /** Comes last. */
    private static final Entry END = new Entry(NOTHING, null);

    private final BlockingQueue<Entry> entries = new LinkedBlockingQueue<>();

    /** Made in time: it is needed when memory may be missing. */
    private final LogUnavailableException failure = new LogUnavailableException("The state log has failed", null);

    // Guarded by this.
    private long claims;
    private @Nullable LogUnavailableException unavailable;

    /** @throws IllegalArgumentException if the batch carries a claim of another source */
    CompletionStage<Appended> add(Batch batch) {
        if (batch.claim() != null && !((SourceClaim) batch.claim()).source().equals(batch.source())) {
            throw new IllegalArgumentException("Expected a claim of " + batch.source());
        }
        Entry entry = new Entry(batch, null);
        synchronized (this) {
            if (unavailable != null) {
                return CompletableFuture.failedFuture(unavailable);
            }
            entries.add(entry);
        }
        return entry.result();
    }

    synchronized Claim claim(String source) {
        return new SourceClaim(source, ++claims, this::release);
    }

    private synchronized void release(SourceClaim claim) {
        if (unavailable == null) {
            entries.add(new Entry(NOTHING, claim));
        }
    }

    /** Takes no more. */
    synchronized void close() {
        if (unavailable == null) {
            unavailable = new LogUnavailableException("The state log is closed", null);
            entries.add(END);
        }
    }

    /** Moves what waits into a group, after a wait of at most a second for the first; returns false at the end. */
    boolean take(List<Entry> group) {
        Entry next = await();
        for (int reports = 0; next != null && next != END; next = reports < MAX_GROUP_REPORTS ? entries.poll() : null) {
            group.add(next);
            reports += next.batch().reports().size();
        }
        return next != END;
    }

    private @Nullable Entry await() {
        try {
            return entries.poll(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException("Nobody interrupts the writer", interrupted);
        }
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }

    /** Refuses everything from here on, what waits, and a group that was taken and is not settled. */
    void fail(List<Entry> group) {
        synchronized (this) {
            unavailable = failure;
        }
        group.forEach(this::refuse);
        for (Entry entry = entries.poll(); entry != null; entry = entries.poll()) {
            refuse(entry);
        }
    }

    private void refuse(Entry entry) {
        try {
            entry.result().completeExceptionally(failure);
        } catch (Error noMemory) {
            // The next one may need none. Whoever waits for this one waits for the end of the process.
        }
    }
}
