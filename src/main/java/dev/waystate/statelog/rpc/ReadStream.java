package dev.waystate.statelog.rpc;

import dev.waystate.proto.v1.CaughtUp;
import dev.waystate.proto.v1.Heartbeat;
import dev.waystate.proto.v1.ReadResponse;
import dev.waystate.proto.v1.RecordBatch;
import dev.waystate.server.EndlessCalls.EndlessCall;
import dev.waystate.statelog.StateLog;
import dev.waystate.statelog.StateRecord;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One call of {@code Read}. Whatever may allow a step (the transport has room, the log has grown, a heartbeat is due)
 * wakes the stream; a step then reads one page on the executor, and only while the client takes what it is sent. A
 * slow reader so costs neither a thread nor memory, and is never dropped.
 */
final class ReadStream implements EndlessCall {

    private final ServerCallStreamObserver<ReadResponse> responses;
    private final StateLog stateLog;
    private final RecordFilter filter;
    private final boolean follow;
    private final ReadStreams streams;

    /** How often the stream was woken since its last step began; a step is under way or queued while it is not 0. */
    private final AtomicInteger wakeUps = new AtomicInteger();

    private volatile boolean heartbeatDue;
    private volatile boolean serverStops;
    private volatile boolean ended;

    // Used by one step at a time.
    private long position;
    private boolean caughtUp;

    ReadStream(
            ServerCallStreamObserver<ReadResponse> responses,
            StateLog stateLog,
            long afterPositionExclusive,
            RecordFilter filter,
            boolean follow,
            ReadStreams streams) {
        this.responses = responses;
        this.stateLog = stateLog;
        this.position = afterPositionExclusive;
        this.filter = filter;
        this.follow = follow;
        this.streams = streams;
        responses.setOnReadyHandler(this::wake);
        responses.setOnCancelHandler(this::end);
    }

    /** @throws RejectedExecutionException if the executor is full; the stream has not begun then */
    void start() {
        wakeUps.incrementAndGet();
        streams.begin(this);
        try {
            streams.execute(this::step);
        } catch (RejectedExecutionException full) {
            end();
            throw full;
        }
    }

    /** Has the stream look again at what it can do. Does not block. */
    void wake() {
        if (wakeUps.getAndIncrement() == 0) {
            schedule();
        }
    }

    void beat() {
        heartbeatDue = true;
        wake();
    }

    @Override
    public void serverStops() {
        serverStops = true;
        wake();
    }

    private void schedule() {
        try {
            streams.execute(this::step);
        } catch (RejectedExecutionException full) {
            streams.later(this::schedule);
        }
    }

    private void step() {
        int seen = wakeUps.get();
        boolean more = false;
        try {
            more = !ended && advance();
        } catch (RuntimeException problem) {
            end();
            responses.onError(problem);
        }
        if (more || !wakeUps.compareAndSet(seen, 0)) {
            schedule(); // behind the other streams
        }
    }

    /** Sends one message if there is one to send, and returns whether there may be another. */
    private boolean advance() {
        if (serverStops) {
            end();
            responses.onError(Status.UNAVAILABLE
                    .withDescription("The server is stopping: go on after position " + position)
                    .asRuntimeException());
            return false;
        }
        if (!responses.isReady()) {
            return false;
        }
        List<StateRecord> page = stateLog.read(position);
        if (!page.isEmpty()) {
            sendRecords(page);
            return true;
        }
        if (!caughtUp) {
            caughtUp = true;
            send(response().setCaughtUp(CaughtUp.getDefaultInstance()));
        } else if (heartbeatDue) {
            send(response().setHeartbeat(Heartbeat.getDefaultInstance()));
        }
        if (!follow) {
            end();
            responses.onCompleted();
        }
        return false;
    }

    private void sendRecords(List<StateRecord> page) {
        RecordBatch.Builder batch = RecordBatch.newBuilder();
        for (StateRecord record : page) {
            if (filter.accepts(record)) {
                batch.addRecords(Messages.toRecord(record));
            }
        }
        position = page.get(page.size() - 1).position();
        if (batch.getRecordsCount() > 0) {
            send(response().setBatch(batch));
        }
    }

    private ReadResponse.Builder response() {
        return ReadResponse.newBuilder()
                .setPosition(position)
                .setHeadPosition(Math.max(position, stateLog.head()))
                .setSentAt(Messages.toTimestamp(Instant.now()));
    }

    private void send(ReadResponse.Builder response) {
        heartbeatDue = false;
        responses.onNext(response.build());
    }

    private void end() {
        ended = true;
        streams.end(this);
    }
}
