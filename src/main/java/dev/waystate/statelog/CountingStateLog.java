package dev.waystate.statelog;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;

/** A log that counts reports and keeps none. */
public final class CountingStateLog implements StateLog {

    private final AtomicLong reports = new AtomicLong();

    @Override
    public CompletionStage<Appended> append(Batch batch) {
        reports.addAndGet(batch.reports().size());
        return CompletableFuture.completedFuture(new Appended(0));
    }

    /** Returns how many reports were appended. */
    public long reports() {
        return reports.get();
    }
}
