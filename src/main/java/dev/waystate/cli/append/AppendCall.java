package dev.waystate.cli.append;

import dev.waystate.cli.connection.ClientStream;
import dev.waystate.proto.v1.AppendRequest;
import dev.waystate.proto.v1.AppendResponse;
import io.grpc.StatusRuntimeException;
import java.time.Duration;

/** One call of {@code Append}. */
final class AppendCall extends ClientStream<AppendRequest, AppendResponse> {

    private static final long UNKNOWN = -1;

    private volatile String logId = "";
    private volatile long durable = UNKNOWN;

    /**
     * Asks where to resume, and waits for the answer.
     *
     * @return the last durable sequence of the source, 0 when there is none
     */
    long resume(String source, Duration stallTimeout) throws InterruptedException {
        send(AppendRequest.newBuilder().setSource(source).build());
        awaitProgress(() -> durable != UNKNOWN, stallTimeout);
        checkOpen();
        return durable;
    }

    /** Returns the last durable sequence, once {@link #resume} has told it. */
    long durable() {
        return durable;
    }

    /** Returns the id of the log, once {@link #resume} has told it; empty when the server has none. */
    String logId() {
        return logId;
    }

    void send(AppendRequest request) {
        requests().onNext(request);
    }

    /** Ends the requests, and waits until the server ends the call. Everything has been acknowledged before. */
    void finish(Duration stallTimeout) throws InterruptedException {
        requests().onCompleted();
        try {
            awaitProgress(() -> false, stallTimeout);
        } catch (StatusRuntimeException unimportant) {
            // what was sent is durable, whatever happens now
        }
    }

    @Override
    protected void received(AppendResponse response) {
        logId = response.getLogId();
        durable = response.getDurableSequence();
    }
}
