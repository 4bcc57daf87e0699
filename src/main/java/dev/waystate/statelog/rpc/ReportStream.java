package dev.waystate.statelog.rpc;

import dev.waystate.proto.Data;
import dev.waystate.proto.Empty;
import dev.waystate.server.InvalidRequestException;
import dev.waystate.statelog.Appended;
import dev.waystate.statelog.Batch;
import dev.waystate.statelog.Report;
import dev.waystate.statelog.StateLog;
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
final class ReportStream implements StreamObserver<Data> {

    private final ServerCallStreamObserver<Empty> responses;
    private final String source;
    private final Reports reports;
    private final StateLog stateLog;
    private final InFlightReports inFlight;
    private final StreamLog streamLog;

    // The transport's thread and the log's thread meet here: all that follows is guarded by this.
    private List<Report> filling = new ArrayList<>();
    private boolean storing;
    private long received;
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
            StreamLog streamLog) {
        this.responses = responses;
        this.source = source;
        this.reports = reports;
        this.stateLog = stateLog;
        this.inFlight = inFlight;
        this.streamLog = streamLog;
        responses.disableAutoRequest();
        responses.setOnCancelHandler(() -> {}); // so that an answer to a client that is gone does not throw
        requestNext();
    }

    @Override
    public synchronized void onNext(Data data) {
        if (inputEnded) {
            return;
        }
        try {
            filling.add(reports.fromData(data, received));
        } catch (InvalidRequestException invalid) {
            endInput(invalid);
            return;
        }
        received++;
        inFlight.arrived(1);
        streamLog.received(data);
        storeNext();
        requestNext();
    }

    @Override
    public synchronized void onError(Throwable cancellation) {
        cancelled = true;
        endInput(null);
    }

    @Override
    public synchronized void onCompleted() {
        endInput(null);
    }

    private void endInput(@Nullable Throwable reason) {
        if (!inputEnded) {
            inputEnded = true;
            failure = reason;
            storeNext();
        }
    }

    private void requestNext() {
        inFlight.whenRoom(() -> responses.request(1));
    }

    private void storeNext() {
        if (storing) {
            return;
        }
        if (filling.isEmpty()) {
            if (inputEnded) {
                end();
            }
            return;
        }
        storing = true;
        List<Report> batch = filling;
        filling = new ArrayList<>();
        stateLog.append(new Batch(source, Batch.UNNUMBERED, batch))
                .whenComplete((appended, problem) -> settled(batch.size(), appended, problem));
    }

    private synchronized void settled(int size, @Nullable Appended appended, @Nullable Throwable problem) {
        storing = false;
        if (appended != null) {
            stored += size;
        } else {
            size += filling.size();
            filling.clear();
            inputEnded = true;
            failure = problem;
        }
        inFlight.settled(size);
        storeNext();
    }

    private void end() {
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
