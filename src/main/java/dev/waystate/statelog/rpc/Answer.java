package dev.waystate.statelog.rpc;

import dev.waystate.server.calls.OpenCall;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The response of a unary call. It is made on the executor, as soon as there is room for it. Before that, the
 * connection has too many answers that its client has not taken.
 */
final class Answer<T> {

    private final ServerCallStreamObserver<T> responses;
    private final int mostBytes;
    private final IntFunction<T> response;
    private final Executor executor;
    private final OpenCall call = OpenCall.current();

    // Guarded by this.
    private boolean allowed;
    private boolean begun;

    /** Makes the response; null before and after. Guarded by this. */
    private @Nullable Thread maker;

    /**
     * @param mostBytes how large the response may become
     * @param response makes it in so many bytes
     */
    Answer(ServerCallStreamObserver<T> responses, int mostBytes, IntFunction<T> response, Executor executor) {
        this.responses = responses;
        this.mostBytes = mostBytes;
        this.response = response;
        this.executor = executor;
        responses.setOnReadyHandler(this::beginIfAllowed);
        responses.setOnCancelHandler(this::stop);
    }

    /**
     * Lets the response be made: now, or as soon as there is room. On any thread.
     *
     * @param problem the error that ends the call instead; null for none
     */
    void begin(@Nullable Throwable problem) {
        if (problem != null) {
            responses.onError(problem);
            return;
        }
        try {
            allow();
        } catch (RuntimeException | Error thrown) {
            responses.onError(thrown);
        }
    }

    private synchronized void allow() {
        allowed = true;
        beginIfAllowed();
    }

    private synchronized void beginIfAllowed() {
        if (begun || !allowed) {
            return;
        }
        int room = call.reserveOutbound(mostBytes);
        if (room == 0) {
            return;
        }
        begun = true;
        try {
            executor.execute(() -> respond(room));
        } catch (RejectedExecutionException full) {
            call.cancelReservation(room);
            throw full;
        }
    }

    private void respond(int room) {
        try {
            T made = make(room);
            if (made != null) {
                responses.onNext(made);
                responses.onCompleted();
            }
        } catch (RuntimeException problem) {
            if (!responses.isCancelled()) {
                responses.onError(problem);
            }
        } catch (Error problem) {
            responses.onError(problem);
        }
    }

    /**
     * Makes the response; returns null if the client has gone. The room is free again before the client has the
     * response, and asks for more.
     */
    private @Nullable T make(int room) {
        setMaker(Thread.currentThread());
        try {
            return responses.isCancelled() ? null : response.apply(room);
        } finally {
            setMaker(null);
            Thread.interrupted(); // an interrupt may have come too late
            call.cancelReservation(room);
        }
    }

    private synchronized void setMaker(@Nullable Thread thread) {
        maker = thread;
    }

    /** Interrupts a long reading of the log, since nobody waits for its result. */
    private synchronized void stop() {
        if (maker != null) {
            maker.interrupt();
        }
    }
}
