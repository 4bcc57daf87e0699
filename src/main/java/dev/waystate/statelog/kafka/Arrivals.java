package dev.waystate.statelog.kafka;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Who waits for the view to come to a place in the topic. */
final class Arrivals {

    private record Waiting(long offset, CompletableFuture<Void> result) {}

    // Guarded by this.
    private final List<Waiting> waiting = new ArrayList<>();
    private long reached = -1;

    /** Completes when the view has applied all that is before an offset. */
    CompletionStage<Void> at(long offset) {
        Waiting added = new Waiting(offset, new CompletableFuture<>());
        synchronized (this) {
            if (offset > reached) {
                waiting.add(added);
                return added.result();
            }
        }
        return CompletableFuture.completedFuture(null);
    }

    void reached(long offset) {
        List<Waiting> arrived;
        synchronized (this) {
            reached = offset;
            arrived = waiting.stream().filter(one -> one.offset() <= offset).toList();
            waiting.removeAll(arrived);
        }
        arrived.forEach(one -> one.result().complete(null));
    }
}
