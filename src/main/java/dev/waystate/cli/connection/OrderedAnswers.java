package dev.waystate.cli.connection;

import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.MoreExecutors;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes the answers of calls in the order in which the calls were made, each as soon as those before it are there, with
 * a bounded number of calls on their way. The first failure in that order ends it: no later answer is taken.
 */
public final class OrderedAnswers<T> {

    /** Below the number of calls that servers commonly allow on one connection, 100. */
    private static final int MAX_ON_THEIR_WAY = 64;

    private final Consumer<T> sink;
    private final Semaphore room = new Semaphore(MAX_ON_THEIR_WAY);

    // Guarded by this.
    private final Queue<ListenableFuture<T>> onTheirWay = new ArrayDeque<>();
    private @Nullable Throwable failure;

    /** @param sink takes the answers, one at a time, on whatever thread completes a call */
    public OrderedAnswers(Consumer<T> sink) {
        this.sink = sink;
    }

    /**
     * Makes a call once there is room for it.
     *
     * @throws ExecutionException if an earlier call or the sink has failed
     */
    public void add(Supplier<ListenableFuture<T>> call) throws ExecutionException, InterruptedException {
        room.acquire();
        ListenableFuture<T> answer = make(call);
        answer.addListener(this::deliver, MoreExecutors.directExecutor());
    }

    /**
     * Waits until every answer is taken.
     *
     * @throws ExecutionException if a call or the sink has failed
     */
    public void finish() throws ExecutionException, InterruptedException {
        room.acquire(MAX_ON_THEIR_WAY);
        room.release(MAX_ON_THEIR_WAY);
        throwFailure();
    }

    // In one step with the look at the failure, which forgets all that is on its way.
    private synchronized ListenableFuture<T> make(Supplier<ListenableFuture<T>> call) throws ExecutionException {
        throwFailure();
        ListenableFuture<T> answer = call.get();
        onTheirWay.add(answer);
        return answer;
    }

    private synchronized void deliver() {
        while (failure == null && !onTheirWay.isEmpty() && onTheirWay.peek().isDone()) {
            try {
                sink.accept(Futures.getDone(onTheirWay.remove()));
            } catch (ExecutionException failed) {
                fail(failed.getCause());
            } catch (RuntimeException failed) {
                fail(failed);
            }
            room.release();
        }
    }

    private void fail(Throwable reason) {
        failure = reason;
        room.release(onTheirWay.size()); // nobody waits for those any more
        onTheirWay.forEach(answer -> answer.cancel(true));
        onTheirWay.clear();
    }

    private synchronized void throwFailure() throws ExecutionException {
        if (failure != null) {
            throw new ExecutionException(failure);
        }
    }
}
