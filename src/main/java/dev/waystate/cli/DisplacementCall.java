package dev.waystate.cli;

import dev.waystate.cli.connection.ClientStream;
import dev.waystate.cli.connection.Timeouts;
import dev.waystate.cli.input.Feed;
import dev.waystate.proto.Displacement;
import dev.waystate.proto.v1.ComputeDisplacementsRequest;
import dev.waystate.proto.v1.ComputeDisplacementsResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * One call of {@code ComputeDisplacements}. A batch takes the displacements that are there, so that a lone one is sent
 * at once. At most 16 batches are unanswered at a time.
 */
final class DisplacementCall extends ClientStream<ComputeDisplacementsRequest, ComputeDisplacementsResponse> {

    private static final int MAX_DISPLACEMENTS = 1_000;
    private static final int MAX_BATCHES = 16;

    /** Takes the distances in the order of their displacements. */
    interface Sink {

        void accept(Displacement displacement, float distance);
    }

    private final Feed<Displacement> feed;
    private final Sink sink;
    private final Queue<ComputeDisplacementsRequest> unanswered = new ArrayDeque<>();
    private final Queue<ComputeDisplacementsResponse> answers = new ConcurrentLinkedQueue<>();

    DisplacementCall(Feed<Displacement> feed, Sink sink) {
        this.feed = feed;
        this.sink = sink;
    }

    /** Computes all that the feed has, until its end. */
    void run(Timeouts timeouts) throws InterruptedException {
        awaitConnection(timeouts.connect());
        feed.onNews(this::wake);
        try {
            while (!isDone()) {
                step(timeouts.stall());
            }
        } catch (StatusRuntimeException failure) {
            takeAnswers(); // those that came just before it
            throw failure;
        }
        requests().onCompleted();
        awaitProgress(() -> false, timeouts.stall());
    }

    private void step(Duration stallTimeout) throws InterruptedException {
        awaitProgress(this::canStep, unanswered.isEmpty() ? ANY_TIME : stallTimeout);
        checkOpen();
        takeAnswers();
        ComputeDisplacementsRequest batch = canSend() ? nextBatch() : null;
        if (batch != null) {
            unanswered.add(batch);
            requests().onNext(batch);
        }
    }

    /** Returns the displacements that were sent and not answered. */
    List<Displacement> unanswered() {
        return unanswered.stream()
                .flatMap(batch -> batch.getDisplacementsList().stream())
                .toList();
    }

    private boolean isDone() {
        return feed.isAtEnd() && unanswered.isEmpty();
    }

    private boolean canStep() {
        return !answers.isEmpty() || isDone() || (canSend() && feed.peek() != null);
    }

    private boolean canSend() {
        return isReady() && unanswered.size() < MAX_BATCHES;
    }

    private @Nullable ComputeDisplacementsRequest nextBatch() {
        ComputeDisplacementsRequest.Builder batch = ComputeDisplacementsRequest.newBuilder();
        Displacement next;
        while (batch.getDisplacementsCount() < MAX_DISPLACEMENTS && (next = feed.peek()) != null) {
            batch.addDisplacements(next);
            feed.remove();
        }
        return batch.getDisplacementsCount() == 0 ? null : batch.build();
    }

    private void takeAnswers() {
        ComputeDisplacementsResponse answer;
        while ((answer = answers.poll()) != null) {
            ComputeDisplacementsRequest batch = unanswered.peek();
            if (batch == null || batch.getDisplacementsCount() != answer.getDistancesCount()) {
                throw Status.INTERNAL
                        .withDescription("the server gave another number of distances than it was asked for")
                        .asRuntimeException();
            }
            unanswered.remove();
            for (int i = 0; i < answer.getDistancesCount(); i++) {
                sink.accept(batch.getDisplacements(i), answer.getDistances(i));
            }
        }
    }

    @Override
    protected void received(ComputeDisplacementsResponse answer) {
        answers.add(answer);
    }
}
