package dev.waystate.cli.connection;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A streaming call. One thread uses the call and waits; the call's own thread, or any other that has news, wakes it.
 */
public abstract class ClientStream<ReqT, RespT> implements ClientResponseObserver<ReqT, RespT> {

    /** A timeout for waits without a limit. */
    public static final Duration ANY_TIME = Duration.ofDays(365);

    private ClientCallStreamObserver<ReqT> requests;

    // Guarded by this.
    private boolean open;
    private boolean ended;
    private @Nullable Throwable failure;

    @Override
    public void beforeStart(ClientCallStreamObserver<ReqT> requests) {
        this.requests = requests;
        requests.setOnReadyHandler(this::opened);
    }

    public final ClientCallStreamObserver<ReqT> requests() {
        return requests;
    }

    /** Tells whether the transport takes more without keeping it in memory. */
    public final boolean isReady() {
        return requests.isReady();
    }

    /** @throws StatusRuntimeException if the call has ended, in whatever way */
    public final synchronized void checkOpen() {
        throwFailure();
        if (ended) {
            throw Status.INTERNAL
                    .withDescription("the server ended the stream before everything was sent")
                    .asRuntimeException();
        }
    }

    /**
     * Waits until the stream is open.
     *
     * @throws StatusRuntimeException if the call fails before, or at the timeout, which ends the call
     */
    public final void awaitConnection(Duration timeout) throws InterruptedException {
        await(() -> open, timeout, FailedCall.NOT_CONNECTED);
    }

    /**
     * Waits for a condition, or for the end of the call.
     *
     * @param timeout how long the call may stand still
     * @throws StatusRuntimeException if the call fails before, or at the timeout, which ends the call
     */
    public final void awaitProgress(BooleanSupplier condition, Duration timeout) throws InterruptedException {
        await(condition, timeout, FailedCall.STALLED);
    }

    private synchronized void await(BooleanSupplier condition, Duration timeout, String late)
            throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (!ended && !condition.getAsBoolean()) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                requests.cancel(late, null);
                throw Status.DEADLINE_EXCEEDED.withDescription(late).asRuntimeException();
            }
            wait(left / 1_000_000 + 1);
        }
        if (!condition.getAsBoolean()) { // what came before the failure counts
            throwFailure();
        }
    }

    private synchronized void opened() {
        open = true;
        notifyAll();
    }

    /** Takes a response, on the call's thread. */
    protected abstract void received(RespT response);

    @Override
    public final void onNext(RespT response) {
        received(response);
        opened();
    }

    /** Makes the waiting thread check its condition again. */
    public final synchronized void wake() {
        notifyAll();
    }

    @Override
    public final synchronized void onError(Throwable reason) {
        end(reason);
    }

    @Override
    public synchronized void onCompleted() {
        end(null);
    }

    public final synchronized void end(@Nullable Throwable reason) {
        failure = reason;
        ended = true;
        notifyAll();
    }

    private void throwFailure() {
        if (failure != null) {
            throw toStatus(failure).asRuntimeException(Status.trailersFromThrowable(failure));
        }
    }

    // Before the stream is open, this description may also mean that the server speaks another protocol.
    private Status toStatus(Throwable reason) {
        Status status = Status.fromThrowable(reason);
        return open && FailedCall.CLOSED.equals(status.getDescription())
                ? status.withDescription("the connection was lost")
                : status;
    }
}
