package dev.waystate.statelog.kafka;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** Who waits for the view to come to a place in the topic. */
final class Arrivals {

    /** Whoever waits has gone by then, or tries again. */
    private static final int MOST_SECONDS = 30;

    private record Waiting(long offset, CompletableFuture<Void> result) {}

    // Guarded by this.
    private final List<Waiting> waiting = new ArrayList<>();
    private long reached = -1;

    /** Completes when the view has applied all that is before an offset. */
    CompletionStage<Void> at(long offset) {
        Waiting added = new Waiting(offset, new CompletableFuture<Void>().orTimeout(MOST_SECONDS, TimeUnit.SECONDS));
        synchronized (this) {
            if (offset > reached) {
                waiting.removeIf(one -> one.result().isDone());
                waiting.add(added);
                return added.result();
            }
        }
        return CompletableFuture.completedFuture(null);
    }

    /** Notes how far the view is, which may be less than before. */
    void reached(long offset) {
        List<Waiting> arrived;
        synchronized (this) {
            reached = offset;
            arrived = waiting.stream().filter(one -> one.offset() <= offset).toList();
            waiting.removeIf(one -> one.offset() <= offset);
        }
        arrived.forEach(one -> one.result().complete(null));
    }
}
