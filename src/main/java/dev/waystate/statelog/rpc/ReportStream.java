package dev.waystate.statelog.rpc;

import dev.waystate.proto.Data;
import dev.waystate.proto.Empty;
import dev.waystate.server.calls.OpenCall;
import dev.waystate.server.memory.MemoryBudget;
import dev.waystate.server.status.InvalidRequestException;
import dev.waystate.server.telemetry.BatchSpan;
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
 * so that a slower log gets larger batches. The call ends when its input has ended, in whatever way, and everything
 * that arrived is stored; or when the log has refused a batch, and then nothing behind that batch is stored.
 */
final class ReportStream implements StreamObserver<Data> {

    private final ServerCallStreamObserver<Empty> responses;
    private final ReportMetadata metadata;
    private final ReportChecks reports;
    private final StateLog stateLog;
    private final MemoryBudget pending;
    private final StreamLogger streamLog;
    private final Runnable request;
    private final OpenCall call = OpenCall.current();

    // Guarded by this, since the transport's thread and the log's use it. Nothing is called under the lock that may run
    // the code of another stream.
    private List<Report> filling = new ArrayList<>();
    private long fillingBytes;
    private boolean storing;
    private long received;
    private long stored;
    private boolean inputEnded;
    private boolean ended;
    private boolean cancelled;
    private @Nullable Throwable failure;

    ReportStream(
            ServerCallStreamObserver<Empty> responses,
            ReportMetadata metadata,
            ReportChecks reports,
            StateLog stateLog,
            MemoryBudget pending,
            StreamLogger streamLog) {
        this.responses = responses;
        this.metadata = metadata;
        this.reports = reports;
        this.stateLog = stateLog;
        this.pending = pending;
        this.streamLog = streamLog;
        this.request = () -> responses.request(1);
        responses.disableAutoRequest();
        responses.setOnCancelHandler(() -> {}); // so that an answer to a client that is gone does not throw
        call.onDrain(false, this::serverStops);
        requestNext();
    }

    @Override
    public void onNext(Data data) {
        try {
            if (fill(data)) {
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

    private void serverStops() {
        endInput(Status.UNAVAILABLE
                .withDescription("The server is stopping: the reports that it has received are stored")
                .asRuntimeException());
    }

    private synchronized boolean fill(Data data) {
        if (inputEnded) {
            return false;
        }
        Report report = reports.fromData(data, metadata.location(), received);
        long bytes = ReportChecks.bytes(report);
        pending.hold(bytes);
        filling.add(report);
        fillingBytes += bytes;
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
        pending.whenRoom(request);
    }

    private void storeNext() {
        List<Report> batch;
        long bytes;
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
            bytes = fillingBytes;
            filling = new ArrayList<>();
            fillingBytes = 0;
        }
        BatchSpan span = call.beginBatch("stream_state batch");
        stateLog.append(new Batch(metadata.source(), Batch.UNNUMBERED, batch)).whenComplete((appended, problem) -> {
            span.end(batch.size(), problem);
            settled(batch.size(), bytes, appended, problem);
        });
    }

    private void settled(int size, long bytes, @Nullable Appended appended, @Nullable Throwable problem) {
        long settled = bytes;
        synchronized (this) {
            storing = false;
            if (appended != null) {
                stored += size;
            } else {
                settled += fillingBytes;
                filling.clear();
                fillingBytes = 0;
                inputEnded = true;
                failure = problem;
            }
        }
        pending.release(settled);
        storeNext();
    }

    private void endIfInputEnded() {
        if (!inputEnded || ended) {
            return;
        }
        ended = true;
        pending.forget(request);
        call.execute(this::answer); // the log's thread has other streams to complete
    }

    private synchronized void answer() {
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
