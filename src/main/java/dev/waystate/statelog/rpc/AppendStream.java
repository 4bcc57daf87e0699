package dev.waystate.statelog.rpc;

import dev.waystate.proto.v1.AppendRequest;
import dev.waystate.proto.v1.AppendResponse;
import dev.waystate.proto.v1.StateLogServiceGrpc;
import dev.waystate.security.access.WriteAccess;
import dev.waystate.server.InvalidRequestException;
import dev.waystate.server.Names;
import dev.waystate.server.OpenStreams.OpenStream;
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
final class AppendStream implements StreamObserver<AppendRequest>, OpenStream {

    private final ServerCallStreamObserver<AppendResponse> responses;
    private final Reports reports;
    private final StateLog stateLog;
    private final InFlightReports inFlight;
    private final AppendStreams streams;
    private final WriteAccess access;

    /** Set by the first request. */
    private volatile @Nullable String source;

    // The transport's thread and the log's thread meet here: all that follows is guarded by this. Nothing that may run
    // the code of another stream is called meanwhile.
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
            AppendStreams streams,
            WriteAccess access) {
        this.responses = responses;
        this.reports = reports;
        this.stateLog = stateLog;
        this.inFlight = inFlight;
        this.streams = streams;
        this.access = access;
        responses.disableAutoRequest();
        responses.setOnReadyHandler(this::requestNext);
        responses.setOnCancelHandler(() -> {}); // so that an acknowledgement to a client that is gone does not throw
        streams.begin(this);
    }

    @Override
    public void onNext(AppendRequest request) {
        try {
            append(reports.fromRequest(boundSource(request.getSource()), request));
        } catch (InvalidRequestException invalid) {
            endInput(invalid);
        }
        requestNext();
    }

    /** What has arrived from a client that is gone is stored; there is nobody to tell. */
    @Override
    public void onError(Throwable cancellation) {
        endInput(cancellation);
    }

    @Override
    public void onCompleted() {
        endInput(null);
    }

    /** Ends this stream because another one of the same source has begun. */
    void takenOver() {
        endInput(Status.ABORTED
                .withDescription("Another stream of the source " + source + " has taken over")
                .asRuntimeException());
    }

    @Override
    public void serverStops() {
        endInput(Status.UNAVAILABLE
                .withDescription("The server is stopping: reconnect and resume")
                .asRuntimeException());
    }

    /** Returns the stream's source, which its first request names. */
    private String boundSource(String named) {
        String bound = source;
        if (bound == null) {
            bound = checked(named);
            source = bound;
            streams.takeOver(bound, this);
        } else if (!named.isEmpty() && !named.equals(bound)) {
            throw new InvalidRequestException("source", "expected the source of the stream's first request, or none");
        }
        return bound;
    }

    private String checked(String named) {
        Names.problem(named).ifPresent(problem -> {
            throw new InvalidRequestException("source", problem);
        });
        access.check(named, StateLogServiceGrpc.getAppendMethod().getFullMethodName());
        return named;
    }

    private void append(Batch batch) {
        synchronized (this) {
            requested = false;
            if (inputEnded) {
                return;
            }
            unsettled++;
        }
        int weight = Math.max(1, batch.reports().size()); // a request without reports takes memory, too
        inFlight.arrived(weight);
        stateLog.append(batch).whenComplete((appended, problem) -> settled(weight, appended, problem));
    }

    private void settled(int weight, @Nullable Appended appended, @Nullable Throwable problem) {
        acknowledge(appended, problem);
        inFlight.settled(weight);
    }

    private synchronized void acknowledge(@Nullable Appended appended, @Nullable Throwable problem) {
        unsettled--;
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

    private void requestNext() {
        synchronized (this) {
            if (requested || inputEnded || !responses.isReady()) {
                return;
            }
            requested = true;
        }
        inFlight.whenRoom(() -> responses.request(1));
    }

    private synchronized void endInput(@Nullable Throwable reason) {
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
