package dev.waystate.statelog.rpc;

import dev.waystate.proto.v1.CaughtUp;
import dev.waystate.proto.v1.Heartbeat;
import dev.waystate.proto.v1.ReadRequest;
import dev.waystate.proto.v1.ReadResponse;
import dev.waystate.server.calls.OpenCall;
import dev.waystate.server.status.InvalidRequestException;
import dev.waystate.server.telemetry.BatchSpan;
import dev.waystate.statelog.PrunedPositionException;
import dev.waystate.statelog.StateLog;
import dev.waystate.statelog.StoredRecord;
import dev.waystate.statelog.rpc.ReadStart.Replay;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.time.Instant;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * One call of {@code Read}. Whatever may allow a step (the transport has room, the log has grown, a heartbeat is due)
 * wakes the stream. A step then reads one page on the executor, and only while the client takes what it is sent. So a
 * slow reader costs neither a thread nor memory, and is never dropped. A stream that has caught up takes its steps on
 * the connection's thread, for as long as they find what comes in memory.
 */
final class ReadStream {

    /** The size of the first page. It is small, so that the first records come soon. */
    private static final int FIRST_PAGE_BYTES = 16 * 1024;

    /** Each page may be this many times as large as the one before. */
    private static final int PAGE_GROWTH = 4;

    private static final int LARGEST_PAGE_BYTES = 256 * 1024;

    private final ServerCallStreamObserver<EncodedResponse> responses;
    private final StateLog stateLog;
    private final RecordFilter filter;
    private final ReadStart start;
    private final boolean follow;
    private final ReadStreams streams;
    private final OpenCall call = OpenCall.current();

    /** How often the stream was woken since its last step began; a step is under way or due while it is not 0. */
    private final AtomicInteger wakeUps = new AtomicInteger();

    private volatile boolean heartbeatDue;
    private volatile boolean serverStops;
    private volatile boolean ended;

    /** The position of the last record that it has passed. Written by one step at a time. */
    private volatile long position;

    // Used by one step at a time.
    /** Whether it began at the earliest record, or one of a time, and none has been read yet. */
    private boolean fromEarliest;

    private int pageBytes = FIRST_PAGE_BYTES;
    private volatile long replayEnd = -1;
    private boolean caughtUp;

    /** Whether its next step reads only from the log's memory, and so does not block. */
    private volatile boolean live;

    /** @throws InvalidRequestException if a field of the request is out of range */
    ReadStream(
            ServerCallStreamObserver<EncodedResponse> responses,
            StateLog stateLog,
            ReadRequest request,
            ReadStreams streams) {
        this.responses = responses;
        this.stateLog = stateLog;
        this.filter = RecordFilter.fromRequest(request);
        this.start = new ReadStart(stateLog, request, this::wake);
        this.position = request.getAfterPosition();
        this.follow = request.getFollow();
        this.streams = streams;
        responses.setOnReadyHandler(this::wake);
        responses.setOnCancelHandler(this::end);
        call.onDrain(follow, this::serverStops);
    }

    /** @throws java.util.concurrent.RejectedExecutionException if the executor is full; the stream has not begun then */
    void start() {
        wakeUps.incrementAndGet();
        streams.begin(this);
    }

    boolean follows() {
        return follow;
    }

    /** Returns how many records it has yet to read, when the log's head is at a position. */
    long lag(long head) {
        return replayEnd < 0 ? 0 : Math.max(0, head - position);
    }

    /** Makes the stream look again at what it can do. Does not block. */
    void wake() {
        if (wakeUps.getAndIncrement() == 0) {
            awaitStep();
        }
    }

    private void awaitStep() {
        if (!live) {
            streams.ready(this);
            return;
        }
        try {
            call.execute(this::stepLive);
        } catch (RejectedExecutionException stopped) {
            end(); // with the server's threads the connection is gone
        }
    }

    private void stepLive() {
        if (step()) {
            awaitStep();
        }
    }

    void beat() {
        heartbeatDue = true;
        wake();
    }

    /** Ends a stream that follows. Any other comes to its own end. */
    private void serverStops() {
        if (follow) {
            serverStops = true;
            wake();
        }
    }

    /**
     * Does some of what can be done now. Returns whether there may be more. For one thread at a time, which
     * {@link #wakeUps} ensures.
     */
    boolean step() {
        int seen = wakeUps.get();
        boolean more = false;
        try {
            more = !ended && advance();
        } catch (RuntimeException | Error problem) {
            end();
            responses.onError(problem);
        }
        return more || !wakeUps.compareAndSet(seen, 0);
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
        if (replayEnd < 0 && !begin()) {
            return false;
        }
        if (!follow && position >= replayEnd) {
            send(response(position).setCaughtUp(CaughtUp.getDefaultInstance()));
            end();
            responses.onCompleted();
            return false;
        }
        return readOn();
    }

    private boolean begin() {
        Replay replay = start.find();
        if (replay == null) {
            return false;
        }
        position = replay.afterPositionExclusive();
        fromEarliest = replay.fromEarliest();
        replayEnd = replay.end();
        return true;
    }

    /** Reads one page, a small one while there is little room: each reader that does not take its page holds it. */
    private boolean readOn() {
        int room = call.reserveOutbound(pageBytes);
        if (room == 0) {
            return false;
        }
        pageBytes = Math.min(PAGE_GROWTH * pageBytes, LARGEST_PAGE_BYTES);
        BatchSpan span = call.beginBatch("Read page");
        try {
            EncodedBatch batch = new EncodedBatch();
            long last = read(room, batch);
            if (last == position) { // a look for news that finds none is not worth a span
                if (live && position != stateLog.head()) {
                    live = false;
                    return true;
                }
                sendLiveness();
                live = follow && call.hasThread();
                return false;
            }
            long records = last - position;
            position = last;
            fromEarliest = false;
            sendRecords(batch);
            span.end((int) records, null);
            return true;
        } catch (RuntimeException problem) {
            if (problem instanceof PrunedPositionException && fromEarliest) {
                position = stateLog.earliest() - 1; // retention has moved on since
                return true;
            }
            span.end(0, problem);
            throw problem;
        } finally {
            call.cancelReservation(room);
        }
    }

    private long read(int maxBytes, EncodedBatch batch) {
        Consumer<StoredRecord> accepted = record -> {
            if (filter.accepts(record)) {
                batch.add(record);
            }
        };
        return live ? stateLog.readNewest(position, maxBytes, accepted) : stateLog.read(position, maxBytes, accepted);
    }

    private void sendRecords(EncodedBatch batch) {
        if (!batch.isEmpty()) {
            send(batch.in(response(stateLog.head()).build()));
        } else if (heartbeatDue) {
            sendHeartbeat(); // so that a reader whose records are rare knows how far it is
        }
    }

    private void sendLiveness() {
        if (!caughtUp) {
            caughtUp = true;
            send(response(position).setCaughtUp(CaughtUp.getDefaultInstance()));
        } else if (heartbeatDue) {
            sendHeartbeat();
        }
    }

    private void sendHeartbeat() {
        send(response(stateLog.head()).setHeartbeat(Heartbeat.getDefaultInstance()));
    }

    private ReadResponse.Builder response(long head) {
        return ReadResponse.newBuilder()
                .setPosition(position)
                .setHeadPosition(head)
                .setSentAt(Messages.toTimestamp(Instant.now()))
                .setLogId(stateLog.id());
    }

    private void send(ReadResponse.Builder response) {
        send(new EncodedResponse(response.build()));
    }

    private void send(EncodedResponse response) {
        heartbeatDue = false;
        responses.onNext(response);
    }

    private void end() {
        ended = true;
        streams.end(this);
    }
}
