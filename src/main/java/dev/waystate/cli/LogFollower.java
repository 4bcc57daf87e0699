package dev.waystate.cli;

import com.google.common.util.concurrent.Uninterruptibles;
import dev.waystate.cli.connection.Retries;
import dev.waystate.proto.v1.ReadRequest;
import dev.waystate.proto.v1.ReadResponse;
import dev.waystate.proto.v1.StateLogServiceGrpc.StateLogServiceStub;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the log over any number of calls: each goes on after the position of the last message that was dealt with, so
 * that no record is read twice or left out.
 */
final class LogFollower implements Retries.Attempt {

    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(1);

    private final StateLogServiceStub stub;
    private final Duration connectTimeout;
    private final ReadRequest request;
    private final Retries retries;
    private final Consumer<ReadResponse> sink;
    private final Lock dealing = new ReentrantLock();
    private volatile @Nullable ReadResponse last;

    /**
     * @param request what to read, with the position to begin after
     * @param sink deals with the messages, one at a time
     */
    LogFollower(
            StateLogServiceStub stub,
            Duration connectTimeout,
            ReadRequest request,
            Retries retries,
            Consumer<ReadResponse> sink) {
        this.stub = stub;
        this.connectTimeout = connectTimeout;
        this.request = request;
        this.retries = retries;
        this.sink = sink;
    }

    /** Makes one call. */
    @Override
    public void run() throws InterruptedException {
        ReadCall call = new ReadCall();
        stub.read(toRequest(), call);
        call.awaitConnection(connectTimeout);
        ReadResponse response;
        while ((response = call.next()) != null) {
            deal(response);
            retries.progress();
        }
    }

    /** What a message says and how far that is belong together, whoever asks. */
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
     * Has no further message dealt with, and returns how far it came. Waits for a second at most: who takes the output may
     * have stopped.
     */
    OptionalLong stop() {
        Uninterruptibles.tryLockUninterruptibly(dealing, STOP_TIMEOUT);
        return position();
    }

    /** Returns the position up to which everything was dealt with, if anything was. */
    OptionalLong position() {
        ReadResponse dealtWith = last;
        return dealtWith == null ? OptionalLong.empty() : OptionalLong.of(dealtWith.getPosition());
    }

    private ReadRequest toRequest() {
        ReadRequest.Builder next = request.toBuilder();
        position().ifPresent(next::setAfterPosition);
        return next.build();
    }
}
