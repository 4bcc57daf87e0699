package dev.waystate.statelog.rpc;

import dev.waystate.proto.v1.AppendRequest;
import dev.waystate.proto.v1.AppendResponse;
import dev.waystate.proto.v1.StateLogServiceGrpc;
import dev.waystate.security.access.WriteAccess;
import dev.waystate.server.calls.OpenCall;
import dev.waystate.server.memory.MemoryBudget;
import dev.waystate.server.status.InvalidRequestException;
import dev.waystate.server.telemetry.BatchSpan;
import dev.waystate.statelog.Appended;
import dev.waystate.statelog.Batch;
import dev.waystate.statelog.Claim;
import dev.waystate.statelog.FencedException;
import dev.waystate.statelog.StateLog;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One call of {@code Append}. Each request is a batch of its own, and any number of them are under way. The log
 * completes them in order, and they are acknowledged in this order. At most 256 acknowledgements wait for a client that
 * takes none. Beyond that, the newest takes the place of the one before, since it says what that one would have said.
 * The call ends when its input has ended, in whatever way, and all batches are settled.
 */
final class AppendStream implements StreamObserver<AppendRequest> {

    private static final int MOST_UNSENT = 256;

    /** About twenty acknowledgements in the transport, each of which takes a few kilobytes there. */
    private static final int READY_BYTES = 1024;

    private final ServerCallStreamObserver<AppendResponse> responses;
    private final ReportChecks reports;
    private final StateLog stateLog;
    private final MemoryBudget pending;
    private final ConcurrentMap<String, AppendStream> live;
    private final WriteAccess access;
    private final Runnable request;
    private final OpenCall call = OpenCall.current();

    // Set by the first request.
    private volatile @Nullable String source;
    private volatile @Nullable Claim claim;

    // Guarded by this, since the transport's thread and the log's use it. Nothing is called under the lock that may run
    // the code of another stream.
    private int unsettled;
    private final Deque<Appended> unsent = new ArrayDeque<>();
    private boolean answerDue;
    private boolean inputEnded;
    private boolean ended;
    private @Nullable Throwable failure;

    /** @param live the live streams: one for each source */
    AppendStream(
            ServerCallStreamObserver<AppendResponse> responses,
            ReportChecks reports,
            StateLog stateLog,
            MemoryBudget pending,
            ConcurrentMap<String, AppendStream> live,
            WriteAccess access) {
        this.responses = responses;
        this.reports = reports;
        this.stateLog = stateLog;
        this.pending = pending;
        this.live = live;
        this.access = access;
        this.request = () -> responses.request(1);
        responses.disableAutoRequest();
        responses.setOnReadyThreshold(READY_BYTES);
        responses.setOnReadyHandler(this::endIfDone);
        // Called for a client that is gone, also behind its last request, when nothing else is.
        responses.setOnCancelHandler(() -> endInput(Status.CANCELLED.asRuntimeException()));
        call.onDrain(true, this::serverStops);
        requestNext();
    }

    @Override
    public void onNext(AppendRequest request) {
        try {
            append(reports.fromRequest(boundSource(request.getSource()), claim, request));
        } catch (InvalidRequestException invalid) {
            endInput(invalid);
        }
    }

    /** Stores what has arrived from a client that is gone. There is nobody to tell. */
    @Override
    public void onError(Throwable cancellation) {
        endInput(cancellation);
    }

    @Override
    public void onCompleted() {
        endInput(null);
    }

    /**
     * Ends this stream, since another one of the same source has begun. The log refuses what it has not stored by then.
     */
    void takenOver(String by) {
        endInput(new FencedException(by));
    }

    private void serverStops() {
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
            call.setSource(bound);
            AppendStream previous = begin(bound);
            if (previous != null) {
                previous.takenOver(bound);
            }
        } else if (!named.isEmpty() && !named.equals(bound)) {
            throw new InvalidRequestException("source", "expected the source of the stream's first request, or none");
        }
        return bound;
    }

    /**
     * Claims the source and becomes its live stream, in one step: of streams that begin together, the one whose claim
     * holds is the one that is live. Returns the stream that was live before; null if there was none.
     */
    private @Nullable AppendStream begin(String bound) {
        AtomicReference<@Nullable AppendStream> previous = new AtomicReference<>();
        live.compute(bound, (name, before) -> {
            previous.set(before);
            claim = stateLog.claim(name);
            return this;
        });
        return previous.get();
    }

    private String checked(String named) {
        Fields.source("source", named);
        access.check(named, StateLogServiceGrpc.getAppendMethod().getFullMethodName());
        return named;
    }

    private void append(Batch batch) {
        synchronized (this) {
            if (inputEnded) {
                return;
            }
            unsettled++;
        }
        long bytes = ReportChecks.bytes(batch.reports());
        pending.hold(bytes);
        BatchSpan span = call.beginBatch("Append batch");
        stateLog.append(batch).whenComplete((appended, problem) -> {
            span.end(batch.reports().size(), problem);
            settled(bytes, appended, problem);
        });
        requestNext();
    }

    private void settled(long bytes, @Nullable Appended appended, @Nullable Throwable problem) {
        try {
            if (settle(appended, problem)) {
                call.execute(this::answer); // the log's thread has other streams to complete
            }
        } finally {
            pending.release(bytes);
        }
    }

    /**
     * Notes the outcome of a batch. Returns whether an answer has become due: one for all batches that are settled
     * until it is sent.
     */
    private synchronized boolean settle(@Nullable Appended appended, @Nullable Throwable problem) {
        unsettled--;
        if (appended == null) {
            inputEnded = true;
            failure = failure == null ? problem : failure;
        } else {
            if (unsent.size() == MOST_UNSENT) {
                unsent.removeLast();
            }
            unsent.addLast(appended);
        }
        boolean first = !answerDue;
        answerDue = true;
        return first;
    }

    private synchronized void answer() {
        answerDue = false;
        endIfDone();
    }

    private void acknowledgeWhileReady() {
        while (!unsent.isEmpty() && responses.isReady()) {
            acknowledge(unsent.removeFirst());
        }
    }

    private void acknowledge(Appended appended) {
        responses.onNext(AppendResponse.newBuilder()
                .setDurableSequence(appended.durableSequence())
                .setPosition(appended.position())
                .setLogId(stateLog.id())
                .build());
    }

    private void requestNext() {
        pending.whenRoom(request);
    }

    private synchronized void endInput(@Nullable Throwable reason) {
        inputEnded = true;
        failure = failure == null ? reason : failure;
        endIfDone();
    }

    /**
     * Ends the call if its input has ended and all batches are settled. A client that has ended its input gets all
     * acknowledgements that wait for it. In any other case it gets only the newest.
     */
    private synchronized void endIfDone() {
        if (ended) {
            return;
        }
        acknowledgeWhileReady();
        if (!inputEnded || unsettled > 0 || failure == null && !unsent.isEmpty()) {
            return;
        }
        ended = true;
        pending.forget(request);
        if (source != null) {
            live.remove(source, this);
        }
        if (claim != null) {
            claim.close();
        }
        if (!unsent.isEmpty()) {
            acknowledge(unsent.removeLast());
        }
        if (failure == null) {
            responses.onCompleted();
        } else {
            responses.onError(failure);
        }
    }
}
