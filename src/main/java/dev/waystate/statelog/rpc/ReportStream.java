package dev.waystate.statelog.rpc;

import dev.waystate.proto.Data;
import dev.waystate.proto.Empty;
import dev.waystate.server.InvalidRequestException;
import dev.waystate.server.OpenStreams;
import dev.waystate.server.OpenStreams.OpenStream;
import dev.waystate.statelog.Appended;
import dev.waystate.statelog.Batch;
import dev.waystate.statelog.Report;
import dev.waystate.statelog.StateLog;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One call of {@code stream_state}. Reports that arrive while a batch of the stream is being stored fill the next one,
 * so that a slower log gets larger batches. The call ends when its input has ended, in whatever way, and everything that
 * arrived is stored.
 */
final class ReportStream implements StreamObserver<Data>, OpenStream {

    private final ServerCallStreamObserver<Empty> responses;
    private final String source;
    private final Reports reports;
    private final StateLog stateLog;
    private final InFlightReports inFlight;
    private final StreamLog streamLog;
    private final OpenStreams openStreams;

    // The transport's thread and the log's thread meet here: all that follows is guarded by this. Nothing that may run
    // the code of another stream is called meanwhile.
    private List<Report> filling = new ArrayList<>();
    private boolean storing;
    private long received;
    private long receivedWhenAsked = -1;
    private long stored;
    private boolean inputEnded;
    private boolean cancelled;
    private @Nullable Throwable failure;

    ReportStream(
            ServerCallStreamObserver<Empty> responses,
            String source,
            Reports reports,
            StateLog stateLog,
            InFlightReports inFlight,
            StreamLog streamLog,
            OpenStreams openStreams) {
        this.responses = responses;
        this.source = source;
        this.reports = reports;
        this.stateLog = stateLog;
        this.inFlight = inFlight;
        this.streamLog = streamLog;
        this.openStreams = openStreams;
        responses.disableAutoRequest();
        responses.setOnCancelHandler(() -> {}); // so that an answer to a client that is gone does not throw
        openStreams.add(this);
        requestNext();
    }

    @Override
    public void onNext(Data data) {
        try {
            if (fill(data)) {
                inFlight.arrived(1);
                storeNext();
                requestNext();
            }
        } catch (InvalidRequestException invalid) {
            endInput(invalid);
        }
    }

    @Override
    public void onError(Throwable cancellation) {
        synchronized (this) {
            cancelled = true;
        }
        endInput(null);
    }

    @Override
    public void onCompleted() {
        endInput(null);
    }

    /** Streams that are under way come to their own end; others have their reports stored, and are ended. */
    @Override
    public void serverStops() {
        synchronized (this) {
            if (received != receivedWhenAsked) {
                receivedWhenAsked = received;
                return;
            }
        }
        endInput(Status.UNAVAILABLE
                .withDescription("The server is stopping: what was sent is stored")
                .asRuntimeException());
    }

    private synchronized boolean fill(Data data) {
        if (inputEnded) {
            return false;
        }
        filling.add(reports.fromData(data, received));
        received++;
        streamLog.received(data);
        return true;
    }

    private void endInput(@Nullable Throwable reason) {
        synchronized (this) {
            if (inputEnded) {
                return;
            }
            inputEnded = true;
            failure = reason;
        }
        storeNext();
    }

    private void requestNext() {
        inFlight.whenRoom(() -> responses.request(1));
    }

    private void storeNext() {
        List<Report> batch;
        synchronized (this) {
            if (storing) {
                return;
            }
            if (filling.isEmpty()) {
                endIfInputEnded();
                return;
            }
            storing = true;
            batch = filling;
            filling = new ArrayList<>();
        }
        stateLog.append(new Batch(source, Batch.UNNUMBERED, batch))
                .whenComplete((appended, problem) -> settled(batch.size(), appended, problem));
    }

    private void settled(int size, @Nullable Appended appended, @Nullable Throwable problem) {
        int settled = size;
        synchronized (this) {
            storing = false;
            if (appended != null) {
                stored += size;
            } else {
                settled += filling.size();
                filling.clear();
                inputEnded = true;
                failure = problem;
            }
        }
        inFlight.settled(settled);
        storeNext();
    }

    private void endIfInputEnded() {
        if (!inputEnded) {
            return;
        }
        openStreams.remove(this);
        if (failure != null) {
            streamLog.failed(stored, failure);
            responses.onError(failure);
        } else if (cancelled) {
            streamLog.cancelled(stored);
        } else {
            streamLog.stored(stored);
            responses.onNext(Empty.getDefaultInstance());
            responses.onCompleted();
        }
    }
}
