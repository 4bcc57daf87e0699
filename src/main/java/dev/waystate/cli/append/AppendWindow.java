package dev.waystate.cli.append;

import dev.waystate.proto.v1.AppendRequest;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** The batches that are not acknowledged yet. They are kept to be sent again, in bounded number and size. */
final class AppendWindow {

    private static final int MAX_REPORTS = 10_000;
    private static final int MAX_BYTES = 16 * 1024 * 1024;

    private final Deque<AppendRequest> sent = new ArrayDeque<>();
    private final Deque<AppendRequest> unsent = new ArrayDeque<>();
    private int reports;
    private long bytes;

    boolean hasRoom() {
        return reports < MAX_REPORTS && bytes < MAX_BYTES;
    }

    boolean isEmpty() {
        return sent.isEmpty() && unsent.isEmpty();
    }

    boolean hasUnsent() {
        return !unsent.isEmpty();
    }

    /** Adds a batch that follows all others. */
    void add(AppendRequest batch) {
        unsent.add(batch);
        reports += batch.getReportsCount();
        bytes += batch.getSerializedSize();
    }

    /** Returns the next batch to send, or null if all are sent. */
    @Nullable
    AppendRequest send() {
        AppendRequest batch = unsent.poll();
        if (batch != null) {
            sent.add(batch);
        }
        return batch;
    }

    /** Marks all batches as unsent. */
    void rewind() {
        while (!sent.isEmpty()) {
            unsent.addFirst(sent.removeLast());
        }
    }

    /**
     * Drops the batches that are durable as a whole.
     *
     * @param durable the last durable sequence of the source
     */
    void acknowledge(long durable) {
        release(sent, durable);
        release(unsent, durable);
    }

    private void release(Deque<AppendRequest> batches, long durable) {
        while (!batches.isEmpty() && lastSequence(batches.peek()) <= durable) {
            AppendRequest batch = batches.remove();
            reports -= batch.getReportsCount();
            bytes -= batch.getSerializedSize();
        }
    }

    private static long lastSequence(AppendRequest batch) {
        return batch.getFirstSequence() + batch.getReportsCount() - 1;
    }
}
