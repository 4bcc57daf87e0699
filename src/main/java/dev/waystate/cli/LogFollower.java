package dev.waystate.cli;

import com.google.common.util.concurrent.Uninterruptibles;
import dev.waystate.cli.connection.Retries;
import dev.waystate.cli.connection.StatusDetails;
import dev.waystate.proto.v1.ReadRequest;
import dev.waystate.proto.v1.ReadResponse;
import dev.waystate.proto.v1.StateLogServiceGrpc.StateLogServiceStub;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads the log over any number of calls. Each call goes on after the position of the last message that was handled, so
 * that no record is read twice or left out. If another log has taken the place of the first one, the server refuses the
 * call.
 */
final class LogFollower implements Retries.Attempt {

    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(1);

    private final StateLogServiceStub stub;
    private final boolean replicas;
    private final Duration connectTimeout;
    private final Supplier<ReadRequest> first;
    private final Retries retries;
    private final Consumer<ReadResponse> sink;
    private final Lock dealing = new ReentrantLock();
    private @Nullable ReadRequest request;
    private volatile @Nullable ReadResponse last;

    /**
     * @param replicas whether the calls may go to different servers, of which some may lag behind others
     * @param first returns the first request; it is asked again if it fails as a call does
     * @param sink handles the messages, one at a time
     */
    LogFollower(
            StateLogServiceStub stub,
            boolean replicas,
            Duration connectTimeout,
            Supplier<ReadRequest> first,
            Retries retries,
            Consumer<ReadResponse> sink) {
        this.stub = stub;
        this.replicas = replicas;
        this.connectTimeout = connectTimeout;
        this.first = first;
        this.retries = retries;
        this.sink = sink;
    }

    /** Makes one call. */
    @Override
    public void run() throws InterruptedException {
        if (request == null) {
            request = first.get();
        }
        ReadRequest next = goOn(request);
        try {
            read(next);
        } catch (StatusRuntimeException failure) {
            throw isBehind(next, failure) ? behind(next, failure) : failure;
        }
    }

    private void read(ReadRequest request) throws InterruptedException {
        ReadCall call = new ReadCall();
        stub.read(request, call);
        call.awaitConnection(connectTimeout);
        ReadResponse response;
        while ((response = call.next()) != null) {
            deal(response);
            retries.progress();
        }
    }

    /** Handles a message and notes it as the last one. The lock keeps {@link #stop} from coming in between. */
    private void deal(ReadResponse response) {
        dealing.lock();
        try {
            sink.accept(response);
            last = response;
        } finally {
            dealing.unlock();
        }
    }

    /**
     * Prevents the handling of further messages, and returns the last one that was handled. Waits for a second at most,
     * since the reader of the output may have stopped.
     */
    Optional<ReadResponse> stop() {
        Uninterruptibles.tryLockUninterruptibly(dealing, STOP_TIMEOUT);
        return last();
    }

    /** Returns the last message that was handled. In the log of its id, everything up to its position was handled. */
    Optional<ReadResponse> last() {
        return Optional.ofNullable(last);
    }

    /** Returns whether a call failed because its replica lags behind the one that was read before, of the same log. */
    private boolean isBehind(ReadRequest request, StatusRuntimeException failure) {
        return replicas && !request.getLogId().isEmpty() && StatusDetails.hasReason(failure, "POSITION_BEYOND_HEAD");
    }

    private static StatusRuntimeException behind(ReadRequest request, StatusRuntimeException failure) {
        return StatusDetails.toUnavailable(
                failure, "this replica has not come to position " + request.getAfterPosition() + " yet");
    }

    private ReadRequest goOn(ReadRequest request) {
        return last().map(response -> request.toBuilder()
                        .setAfterPosition(response.getPosition())
                        .setLogId(response.getLogId())
                        .build())
                .orElse(request);
    }
}
