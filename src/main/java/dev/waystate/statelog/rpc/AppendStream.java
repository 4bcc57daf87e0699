package dev.waystate.statelog.rpc;

import dev.waystate.proto.v1.AppendRequest;
import dev.waystate.proto.v1.AppendResponse;
import dev.waystate.server.EndlessCalls.EndlessCall;
import dev.waystate.server.InvalidRequestException;
import dev.waystate.statelog.Appended;
import dev.waystate.statelog.Batch;
import dev.waystate.statelog.StateLog;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import org.jspecify.annotations.Nullable;

/**
 * One call of {@code Append}. Each request is a batch of its own, any number of which are under way; the log completes
 * them in order, and so they are acknowledged. The call ends when its input has ended, in whatever way, and all of them
 * are settled.
 */
final class AppendStream implements StreamObserver<AppendRequest>, EndlessCall {

    private final ServerCallStreamObserver<AppendResponse> responses;
    private final Reports reports;
    private final StateLog stateLog;
    private final InFlightReports inFlight;
    private final AppendStreams streams;

    // The transport's thread and the log's thread meet here: all that follows is guarded by this.
    private @Nullable String source;
    private boolean requested;
    private int unsettled;
    private boolean inputEnded;
    private boolean ended;
    private @Nullable Throwable failure;

    AppendStream(
            ServerCallStreamObserver<AppendResponse> responses,
            Reports reports,
            StateLog stateLog,
            InFlightReports inFlight,
            AppendStreams streams) {
        this.responses = responses;
        this.reports = reports;
        this.stateLog = stateLog;
        this.inFlight = inFlight;
        this.streams = streams;
        responses.disableAutoRequest();
        responses.setOnReadyHandler(this::requestNext);
        responses.setOnCancelHandler(() -> {}); // so that an acknowledgement to a client that is gone does not throw
    }

    @Override
    public synchronized void onNext(AppendRequest request) {
        requested = false;
        if (inputEnded) {
            return;
        }
        try {
            append(reports.fromRequest(boundSource(request.getSource()), request));
        } catch (InvalidRequestException invalid) {
            endInput(invalid);
        }
        requestNext();
    }

    /** What has arrived from a client that is gone is stored; there is nobody to tell. */
    @Override
    public synchronized void onError(Throwable cancellation) {
        endInput(cancellation);
    }

    @Override
    public synchronized void onCompleted() {
        endInput(null);
    }

    /** Ends this stream because another one of the same source has begun. */
    synchronized void takenOver() {
        endInput(Status.ABORTED
                .withDescription("Another stream of the source " + source + " has taken over")
                .asRuntimeException());
    }

    @Override
    public synchronized void serverStops() {
        endInput(Status.UNAVAILABLE
                .withDescription("The server is stopping: reconnect and resume")
                .asRuntimeException());
    }

    private void append(Batch batch) {
        int size = batch.reports().size();
        unsettled++;
        inFlight.arrived(size);
        stateLog.append(batch).whenComplete((appended, problem) -> settled(size, appended, problem));
    }

    private synchronized void settled(int size, @Nullable Appended appended, @Nullable Throwable problem) {
        unsettled--;
        inFlight.settled(size);
        if (appended == null) {
            inputEnded = true;
            failure = failure == null ? problem : failure;
        } else if (!ended) {
            responses.onNext(AppendResponse.newBuilder()
                    .setDurableSequence(appended.durableSequence())
                    .build());
        }
        endIfDone();
    }

    /** Returns the stream's source, which its first request names. */
    private String boundSource(String named) {
        if (source == null) {
            source = SourceNames.checked(named, "source");
            streams.begin(source, this);
        } else if (!named.isEmpty() && !named.equals(source)) {
            throw new InvalidRequestException("source", "expected the source of the stream's first request, or none");
        }
        return source;
    }

    private synchronized void requestNext() {
        if (!requested && !inputEnded && responses.isReady()) {
            requested = true;
            inFlight.whenRoom(() -> responses.request(1));
        }
    }

    private void endInput(@Nullable Throwable reason) {
        if (!inputEnded) {
            inputEnded = true;
            failure = reason;
            endIfDone();
        }
    }

    private void endIfDone() {
        if (!inputEnded || unsettled > 0 || ended) {
            return;
        }
        ended = true;
        streams.end(source, this);
        if (failure == null) {
            responses.onCompleted();
        } else {
            responses.onError(failure);
        }
    }
}
