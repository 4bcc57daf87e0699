package dev.waystate.cli.append;

import dev.waystate.cli.input.Feed;
import dev.waystate.proto.v1.AppendRequest;
import dev.waystate.proto.v1.Report;
import org.jspecify.annotations.Nullable;

/**
 * Numbers the reports of a feed, leaves out those that are durable, and groups the others into batches as they come.
 */
final class ReportBatches {

    private static final int MAX_REPORTS = 500;

    /** Well below the largest message that servers take. */
    private static final int MAX_BYTES = 256 * 1024;

    private final Feed<Report> feed;
    private long firstSequence;
    private long nextSequence;

    ReportBatches(Feed<Report> feed) {
        this.feed = feed;
    }

    /** Gives the feed's first report its sequence. To be called first. */
    void begin(long firstSequence) {
        this.firstSequence = firstSequence;
        this.nextSequence = firstSequence;
    }

    long firstSequence() {
        return firstSequence;
    }

    /** Returns how many reports were taken from the feed. */
    long count() {
        return nextSequence - firstSequence;
    }

    /**
     * Returns a batch of the next reports that have come, or null if none has.
     *
     * @param durable the sequence up to which reports are left out
     */
    @Nullable
    AppendRequest next(long durable) {
        while (nextSequence <= durable && feed.peek() != null) {
            take();
        }
        AppendRequest.Builder batch = AppendRequest.newBuilder().setFirstSequence(nextSequence);
        int bytes = 0;
        Report report;
        while (batch.getReportsCount() < MAX_REPORTS && (report = feed.peek()) != null) {
            bytes += report.getSerializedSize();
            if (bytes > MAX_BYTES && batch.getReportsCount() > 0) {
                break;
            }
            batch.addReports(report);
            take();
        }
        return batch.getReportsCount() == 0 ? null : batch.build();
    }

    private void take() {
        feed.remove();
        nextSequence++;
    }

    boolean hasNext() {
        return feed.peek() != null;
    }
}
