package dev.waystate.statelog.kafka;

import dev.waystate.statelog.LogUnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** Waits for the view to come to a place in the topic. */
final class Arrivals {

    private record Waiting(long offset, CompletableFuture<Void> result) {}

    // Guarded by this.
    private final List<Waiting> waiting = new ArrayList<>();
    private long reached = -1;

    private final Duration most;

    /** @param most the longest wait */
    Arrivals(Duration most) {
        this.most = most;
    }

    /**
     * Completes when the view has applied all that is before an offset, or with a {@link LogUnavailableException} when
     * that takes too long.
     */
    CompletionStage<Void> at(long offset) {
        CompletableFuture<Void> result = new CompletableFuture<>();
        synchronized (this) {
            if (offset <= reached) {
                return CompletableFuture.completedFuture(null);
            }
            waiting.removeIf(one -> one.result().isDone());
            waiting.add(new Waiting(offset, result));
        }
        return result.orTimeout(most.toMillis(), TimeUnit.MILLISECONDS).exceptionallyCompose(this::late);
    }

    private CompletionStage<Void> late(Throwable timeout) {
        return CompletableFuture.failedFuture(new LogUnavailableException(
                "The replica has not come to where the log ended " + most.toSeconds() + " s ago", timeout));
    }

    /** Notes how far the view is. If it is built again, that is less than before. */
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
