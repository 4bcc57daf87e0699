package dev.waystate.cli;

import dev.waystate.cli.connection.ClientStream;
import dev.waystate.cli.input.Feed;
import dev.waystate.proto.Data;
import dev.waystate.proto.Empty;
import dev.waystate.proto.v1.Report;
import io.grpc.Status;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Sends reports over one call, no faster than the server takes them: {@link #send} blocks while the transport has enough
 * to write.
 */
final class ReportSender extends ClientStream<Data, Empty> {

    private final Duration stallTimeout;
    private long sent;
    private boolean answered; // used by the call's thread

    /** @param stallTimeout how long the server may take nothing, or not answer the end */
    ReportSender(Duration stallTimeout) {
        this.stallTimeout = stallTimeout;
    }

    /** Waits for the next report of the feed, and takes it; null at its end. Fails when the call has. */
    @Nullable
    Report next(Feed<Report> feed) throws InterruptedException {
        awaitProgress(() -> feed.peek() != null || feed.isAtEnd(), ANY_TIME);
        checkOpen();
        Report next = feed.peek();
        if (next != null) {
            feed.remove();
        }
        return next;
    }

    /** Sends one report as soon as there is room for it. Fails when the call has. */
    void send(Data report) throws InterruptedException {
        awaitProgress(this::isReady, stallTimeout);
        checkOpen();
        requests().onNext(report);
        sent++;
    }

    /** Returns how many reports were sent: they are stored once {@link #finish} has returned. */
    long sent() {
        return sent;
    }

    /** Ends the stream and waits until the server has stored it. */
    void finish() throws InterruptedException {
        requests().onCompleted();
        awaitProgress(() -> false, stallTimeout);
    }

    @Override
    protected void received(Empty stored) {
        answered = true;
    }

    @Override
    public void onCompleted() {
        end(
                answered
                        ? null
                        : Status.INTERNAL
                                .withDescription("the server gave no answer")
                                .asRuntimeException());
    }
}
