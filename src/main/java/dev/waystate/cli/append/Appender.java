package dev.waystate.cli.append;

import dev.waystate.cli.connection.ClientStream;
import dev.waystate.cli.connection.Retries;
import dev.waystate.cli.connection.Timeouts;
import dev.waystate.cli.input.Feed;
import dev.waystate.cli.output.Progress;
import dev.waystate.proto.v1.AppendRequest;
import dev.waystate.proto.v1.Report;
import dev.waystate.proto.v1.StateLogServiceGrpc.StateLogServiceStub;
import io.grpc.Status;
import java.time.Duration;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Appends reports as one source, exactly once over any number of calls. Each call asks where to resume, repeats what is
 * not durable, and goes on. Batches are sent without waiting for acknowledgements, up to the bounds of the window.
 */
public final class Appender implements Retries.Attempt {

    private static final long UNKNOWN = -1;

    private final StateLogServiceStub stub;
    private final Timeouts timeouts;
    private final String source;
    private final Feed<Report> feed;
    private final ReportBatches batches;
    private final LongUnaryOperator firstSequence;
    private final Retries retries;
    private final Progress progress;
    private final AppendWindow window = new AppendWindow();
    private volatile long durable = UNKNOWN;
    private long durableBefore;
    private long waitsSince; // since when an acknowledgement is due, by System.nanoTime
    private @Nullable String logId;
    private volatile boolean logChanged;

    /** @param firstSequence returns the sequence of the feed's first report, given the last durable one of the source */
    public Appender(
            StateLogServiceStub stub,
            Timeouts timeouts,
            String source,
            Feed<Report> feed,
            LongUnaryOperator firstSequence,
            Retries retries,
            Progress progress) {
        this.stub = stub;
        this.timeouts = timeouts;
        this.source = source;
        this.feed = feed;
        this.batches = new ReportBatches(feed);
        this.firstSequence = firstSequence;
        this.retries = retries;
        this.progress = progress;
    }

    /** Makes one call, which returns when the feed has ended and all of it is durable. */
    @Override
    public void run() throws InterruptedException {
        AppendCall call = new AppendCall();
        stub.append(call);
        call.awaitConnection(timeouts.connect());
        retries.opened();
        feed.onNews(call::wake);
        window.rewind();
        long resumeAfter = call.resume(source, timeouts.stall());
        waitsSince = System.nanoTime();
        checkLog(call.logId());
        resumed(resumeAfter);
        if (window.isEmpty()) {
            retries.progress(); // being connected is all the progress that there can be
        }
        while (!isDone()) {
            step(call);
        }
        call.finish(timeouts.stall());
    }

    /** Returns whether the server has told the last durable sequence of the source. */
    public boolean knowsDurable() {
        return durable != UNKNOWN;
    }

    /** Returns whether another log has taken the place of the one that got the reports. */
    public boolean logHasChanged() {
        return logChanged;
    }

    /** Returns the last durable sequence of the source; if the log has changed, that of the first log. */
    public long durable() {
        return durable;
    }

    /** Returns how many reports the feed had. */
    public long given() {
        return batches.count();
    }

    /** Returns how many of the feed's sequences were durable before. */
    public long alreadyThere() {
        return Math.max(0, Math.min(given(), durableBefore - batches.firstSequence() + 1));
    }

    /**
     * Refuses another log. It may lack what the first one has acknowledged, and those reports are no longer here to be
     * sent again.
     */
    private void checkLog(String id) {
        if (logId == null) {
            logId = id;
        } else if (!logId.equals(id)) {
            logChanged = true;
            throw Status.FAILED_PRECONDITION
                    .withDescription(
                            "The log is another one now, such as a back-up that was restored. The old one had everything"
                                    + " up to sequence " + durable
                                    + ", which may not be in this one: append the reports"
                                    + " again that it does not have")
                    .asRuntimeException();
        }
    }

    private void resumed(long sequence) {
        if (!knowsDurable()) {
            durableBefore = sequence;
            batches.begin(firstSequence.applyAsLong(sequence));
        }
        acknowledged(sequence);
    }

    private void step(AppendCall call) throws InterruptedException {
        if (window.isEmpty()) {
            waitsSince = System.nanoTime();
        }
        AppendRequest next = call.isReady() ? nextBatch() : null;
        if (next != null) {
            call.send(next);
        } else {
            call.awaitProgress(() -> canStep(call), window.isEmpty() ? ClientStream.ANY_TIME : restOfStall());
        }
        acknowledged(call.durable()); // also what came just before a failure
        call.checkOpen();
    }

    /** Returns for how much longer the server may acknowledge nothing. Sending more does not make the time longer. */
    private Duration restOfStall() {
        return timeouts.stall().minusNanos(System.nanoTime() - waitsSince);
    }

    private @Nullable AppendRequest nextBatch() {
        if (!window.hasUnsent() && window.hasRoom()) {
            AppendRequest batch = batches.next(durable);
            if (batch != null) {
                window.add(batch);
            }
        }
        return window.send();
    }

    private boolean canStep(AppendCall call) {
        return call.durable() != durable
                || isDone()
                || (call.isReady() && (window.hasUnsent() || (window.hasRoom() && batches.hasNext())));
    }

    private boolean isDone() {
        return feed.isAtEnd() && window.isEmpty();
    }

    private void acknowledged(long sequence) {
        if (knowsDurable() && sequence > durable) {
            progress.stepBy(sequence - durable);
            retries.progress();
            waitsSince = System.nanoTime();
        }
        durable = sequence;
        window.acknowledge(sequence);
    }
}
