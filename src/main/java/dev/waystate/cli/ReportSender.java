package dev.waystate.cli;

import dev.waystate.proto.Data;
import dev.waystate.proto.Empty;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Sends reports over one call, no faster than the server takes them: {@link #send} blocks while the transport has enough
 * to write. Used by one thread; the call's own thread wakes it.
 */
final class ReportSender implements ClientResponseObserver<Data, Empty> {

    private ClientCallStreamObserver<Data> requests;
    private long sent;

    // Guarded by this.
    private boolean answered;
    private boolean ended;
    private @Nullable Throwable failure;

    @Override
    public void beforeStart(ClientCallStreamObserver<Data> requests) {
        this.requests = requests;
        requests.setOnReadyHandler(this::wake);
    }

    /** Waits until the stream is open, for the timeout at most. */
    synchronized void awaitConnection(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (!ended && !requests.isReady()) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                requests.cancel(FailedCall.NOT_CONNECTED, null);
                throw Status.DEADLINE_EXCEEDED
                        .withDescription(FailedCall.NOT_CONNECTED)
                        .asRuntimeException();
            }
            wait(left / 1_000_000 + 1);
        }
        throwFailure();
    }

    /** Sends one report as soon as there is room for it. Fails when the call has. */
    void send(Data report) throws InterruptedException {
        awaitRoom();
        requests.onNext(report);
        sent++;
    }

    /** Returns how many reports were sent: they are stored once {@link #finish} has returned. */
    long sent() {
        return sent;
    }

    /** Ends the stream and waits until the server has stored it. */
    void finish() throws InterruptedException {
        requests.onCompleted();
        awaitEnd();
    }

    private synchronized void awaitRoom() throws InterruptedException {
        while (!ended && !requests.isReady()) {
            wait();
        }
        throwFailure();
        if (ended) {
            throw Status.INTERNAL
                    .withDescription("the server answered before the last report was sent")
                    .asRuntimeException();
        }
    }

    private synchronized void awaitEnd() throws InterruptedException {
        while (!ended) {
            wait();
        }
        throwFailure();
    }

    private void throwFailure() {
        if (failure != null) {
            throw Status.fromThrowable(failure).asRuntimeException(Status.trailersFromThrowable(failure));
        }
    }

    @Override
    public synchronized void onNext(Empty stored) {
        answered = true;
    }

    @Override
    public synchronized void onError(Throwable reason) {
        failure = reason;
        end();
    }

    @Override
    public synchronized void onCompleted() {
        if (!answered) {
            failure =
                    Status.INTERNAL.withDescription("the server gave no answer").asRuntimeException();
        }
        end();
    }

    private void end() {
        ended = true;
        notifyAll();
    }

    private synchronized void wake() {
        notifyAll();
    }
}
