package dev.waystate;

import static org.awaitility.Awaitility.await;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Keeps what a call answers. */
public final class Recorder<ReqT, RespT> implements ClientResponseObserver<ReqT, RespT> {

    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final List<RespT> responses = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Status> end = new CompletableFuture<>();
    private ClientCallStreamObserver<ReqT> call;

    @Override
    public void beforeStart(ClientCallStreamObserver<ReqT> call) {
        this.call = call;
    }

    @Override
    public void onNext(RespT response) {
        responses.add(response);
    }

    @Override
    public void onError(Throwable problem) {
        end.complete(((StatusRuntimeException) problem).getStatus().withCause(problem));
    }

    @Override
    public void onCompleted() {
        end.complete(Status.OK);
    }

    public List<RespT> responses() {
        return List.copyOf(responses);
    }

    /** Waits for so many responses and returns the last of them. */
    public RespT awaitResponse(int number) {
        await().atMost(TIMEOUT).until(() -> responses.size() >= number);
        return responses.get(number - 1);
    }

    /** Waits for the end and returns the status; the exception is its cause. */
    public Status awaitEnd() {
        try {
            return end.get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException problem) {
            throw new AssertionError("The call did not end; it answered " + responses, problem);
        }
    }

    public boolean hasEnded() {
        return end.isDone();
    }

    public void cancel() {
        call.cancel("The test has seen enough", null);
    }
}
