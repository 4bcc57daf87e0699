package dev.waystate.cli;

import dev.waystate.cli.connection.Retries;
import dev.waystate.proto.v1.ReadRequest;
import dev.waystate.proto.v1.ReadResponse;
import dev.waystate.proto.v1.StateLogServiceGrpc.StateLogServiceStub;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the log over any number of calls: each goes on after the position of the last message that was dealt with, so
 * that no record is read twice or left out.
 */
final class LogFollower implements Retries.Attempt {

    private final StateLogServiceStub stub;
    private final Duration stallTimeout;
    private final ReadRequest request;
    private final Retries retries;
    private final Consumer<ReadResponse> sink;
    private @Nullable ReadResponse last;

    /**
     * @param request what to read, with the position to begin after
     * @param sink deals with the messages, one at a time
     */
    LogFollower(
            StateLogServiceStub stub,
            Duration stallTimeout,
            ReadRequest request,
            Retries retries,
            Consumer<ReadResponse> sink) {
        this.stub = stub;
        this.stallTimeout = stallTimeout;
        this.request = request;
        this.retries = retries;
        this.sink = sink;
    }

    /** Makes one call. */
    @Override
    public void run() throws InterruptedException {
        ReadCall call = new ReadCall();
        stub.read(toRequest(), call);
        ReadResponse response = call.next(stallTimeout);
        while (response != null) {
            sink.accept(response);
            last = response;
            retries.progress();
            response = call.next(stallTimeout);
        }
    }

    /** Returns the position up to which everything was dealt with, if anything was. */
    OptionalLong position() {
        return last == null ? OptionalLong.empty() : OptionalLong.of(last.getPosition());
    }

    private ReadRequest toRequest() {
        ReadRequest.Builder next = request.toBuilder();
        position().ifPresent(next::setAfterPosition);
        return next.build();
    }
}
