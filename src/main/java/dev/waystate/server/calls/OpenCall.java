package dev.waystate.server.calls;

import dev.waystate.server.telemetry.MeasuredCall;
import io.grpc.Context;
import io.grpc.Context.CancellableContext;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.netty.handler.codec.http2.Http2Stream;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A call, from its first byte until its last has left: its times, what it holds of the server's memory, and the one way
 * to end it from outside. All methods may be called from any thread, and none blocks, unless they say otherwise.
 */
public final class OpenCall extends MeasuredCall {

    /** What {@link #messageBegunAt} and {@link #blockedSince} return where there is no such time. */
    public static final long NEVER = 0;

    private static final Context.Key<OpenCall> CURRENT = Context.key("open-call");

    /** What a call takes besides its messages: the objects of the transport, and of its service. */
    private static final int CALL_BYTES = 4096;

    /** How long a client has to take the status of a call that was ended. */
    private static final Duration RESET_DELAY = Duration.ofSeconds(3);

    private final OpenCalls calls;
    private final ClientConnection connection;
    private final InboundBytes inbound;
    private final OutboundBytes outbound;

    /** Null for a call from the process itself. */
    private final @Nullable Http2Stream http2Stream;

    private final int hashCode;
    private final long openedAt;

    /** Cancels a call from the process itself; null for others, whose streams can be reset. */
    private @Nullable CancellableContext context;

    /** Null until the call comes to the handler of its method. A call of a method that does not exist never does. */
    private volatile GuardedHandler<?, ?>.@Nullable GuardedCall call;

    private volatile @Nullable Supplier<@Nullable Status> endCondition;
    private volatile @Nullable Runnable ending;
    private volatile boolean endsAtOnce;
    private long messagesWhenAsked = -1;

    private volatile long blockedSince;
    private @Nullable Status endStatus;
    private volatile long endedAt;
    private volatile boolean dropped;
    private volatile boolean closed;

    // Written by the connection's thread for every message. Other threads may see older values.
    private boolean requestEnded;
    private long messageBegunAt;
    private long messageEndedAt;

    OpenCall(OpenCalls calls, ClientConnection connection, String method, Metadata headers) {
        super(calls.observers(), method, headers, connection.peer());
        this.calls = calls;
        this.connection = connection;
        this.inbound = new InboundBytes(connection.inbound());
        this.outbound = new OutboundBytes(calls, connection.outbound());
        this.hashCode = connection.nextHashCode();
        this.openedAt = calls.now();
        this.messageEndedAt = openedAt;
        this.http2Stream = connection.opened(this);
        connection.inbound().count(CALL_BYTES);
    }

    @Override
    public int hashCode() {
        return hashCode;
    }

    /** Returns the call in whose context the current thread is. */
    public static OpenCall current() {
        return CURRENT.get();
    }

    @Override
    public Context filterContext(Context parent) {
        context = http2Stream == null ? parent.withCancellation() : null; // it takes time: only where it is needed
        return (context == null ? parent : context).withValue(CURRENT, this);
    }

    /** Returns whether it comes by a connection, which has a thread. A call from the process itself has none. */
    public boolean hasThread() {
        return http2Stream != null;
    }

    /**
     * Runs an action on the thread of the call's connection; for a call from the process itself, on the caller's
     * thread.
     */
    public void execute(Runnable action) {
        connection.execute(action);
    }

    void started(GuardedHandler<?, ?>.GuardedCall started) {
        call = started;
        noteDeadline();
    }

    void requestEnded() {
        requestEnded = true;
    }

    /**
     * Closes the call, unless it has been closed. To its service it looks cancelled. If the client does not take the
     * status within 3 seconds, its stream is reset, and the transport drops what it holds for it.
     */
    public void end(Status status) {
        if (endedAt == NEVER) {
            endStatus = status;
            endedAt = calls.now();
        }
        GuardedHandler<?, ?>.GuardedCall known = call;
        if (known != null) {
            known.end(status);
        }
    }

    /** Ends the call. The transport drops at once what it has not sent yet. */
    public void endAndDrop(Status status) {
        dropped = true;
        end(status);
        CancellableContext own = context;
        if (own != null) {
            own.cancel(new TimeoutException("The client does not take what it is sent"));
        } else if (call != null) {
            connection.reset(this);
        }
    }

    /**
     * Ends the call as soon as the condition returns a status. The condition is asked ten times a second, and must not
     * block. It replaces the one before.
     */
    public void endWhen(Supplier<@Nullable Status> condition) {
        endCondition = condition;
    }

    /**
     * Says how the call ends when the server stops. Unless this is called, the call is ended with UNAVAILABLE once its
     * client has sent nothing for a second.
     *
     * @param atOnce whether it ends at once, since it would never end by itself
     * @param ending runs about once a second from then on, and must not block
     */
    public void onDrain(boolean atOnce, Runnable ending) {
        endsAtOnce = atOnce;
        this.ending = ending;
    }

    /** Called about once a second by one thread, while the server waits for open calls. */
    void drain() {
        if (closed) {
            return;
        }
        long seen = receivedMessages();
        boolean moves = seen != messagesWhenAsked;
        messagesWhenAsked = seen;
        if (type() == MethodType.UNARY || moves && !endsAtOnce) {
            return;
        }
        Runnable known = ending;
        if (known != null) {
            known.run();
        } else {
            end(Status.UNAVAILABLE.withDescription("The server is stopping"));
        }
    }

    boolean isClosed() {
        return closed;
    }

    /**
     * Returns whether it was ended from outside. It stays open until its client has taken the status, or for 3 seconds.
     */
    public boolean isEnded() {
        return endedAt != NEVER;
    }

    /** Returns whether the transport was told to drop it, and what it holds will be free as soon as that is done. */
    public boolean isDropped() {
        return dropped;
    }

    /** Returns when it was opened. This and all times here are by the clock of {@link OpenCalls#now}. */
    public long openedAt() {
        return openedAt;
    }

    /** Returns whether its client will send nothing more. */
    public boolean hasRequestEnded() {
        return requestEnded;
    }

    /** Returns when the message that is arriving has begun; {@link #NEVER} if none is. */
    public long messageBegunAt() {
        return messageBegunAt;
    }

    /** Returns when the last message was whole or, before the first, the call was opened. */
    public long messageEndedAt() {
        return messageEndedAt;
    }

    /** Returns since when its client has not taken what it was sent; {@link #NEVER} if it has. */
    public long blockedSince() {
        return blockedSince;
    }

    @Override
    public void inboundMessage(int number) {
        messageBegunAt = calls.now();
    }

    @Override
    public void inboundMessageRead(int number, long wireBytes, long uncompressedBytes) {
        super.inboundMessageRead(number, wireBytes, uncompressedBytes);
        messageBegunAt = NEVER;
        messageEndedAt = calls.now();
        inbound.messageRead(wireBytes);
        inbound.count(closed);
    }

    /**
     * Counts the one request of a call as kept. It waits with the call: for a thread, for room, or for the log to come
     * to a position.
     */
    @Override
    public void inboundUncompressedSize(long bytes) {
        if (type().clientSendsOneMessage()) {
            inbound.kept(bytes);
            inbound.count(closed);
        }
    }

    /**
     * Returns how many bytes are held by the call itself, by messages that the service has not got, and by the one
     * request that it keeps. This is as far as they are counted.
     */
    public long inboundHeld() {
        return CALL_BYTES + inbound.held();
    }

    /** Returns an upper bound of the bytes that its client has not taken of what it was sent. */
    public long outboundHeld() {
        return outbound.held();
    }

    /** Returns an object that all calls of one connection share, and no other call. */
    public Object connection() {
        return connection;
    }

    /**
     * Returns since when its client has taken nothing of what it was sent. It means nothing while there is nothing to
     * take.
     */
    public long outboundTakenAt() {
        return outbound.takenAt();
    }

    void setReadyBytes(int bytes) {
        outbound.setReadyBytes(bytes);
    }

    /**
     * Reserves room for a message that is being made, which counts as sent until {@link #cancelReservation}. If there
     * is next to no room in the connection's share, the call becomes ready again when there is.
     *
     * @param mostBytes how large the message may become
     * @return how large it may become in the room that there is; 0 if there is next to none
     */
    public int reserveOutbound(int mostBytes) {
        return outbound.reserve(mostBytes);
    }

    /** Ends a reservation, when the response has been sent or will not be. */
    public void cancelReservation(int bytes) {
        outbound.cancelReservation(bytes);
    }

    @Nullable
    Http2Stream http2Stream() {
        return http2Stream;
    }

    /** Returns how many bytes its connection holds, if that has grown. For the connection's thread. */
    long frameArrived(int bytes) {
        inbound.frameArrived(bytes);
        return inbound.count(closed);
    }

    /** Returns whether messages have arrived as a whole, and its service has not asked for them. */
    boolean waitsForService() {
        return messageBegunAt == NEVER && inbound.held() > 0;
    }

    @Override
    public void outboundWireSize(long bytes) {
        super.outboundWireSize(bytes);
        outbound.sent(bytes);
        if (closed) {
            outbound.allTaken(); // sent too late to be counted out with the rest
        }
    }

    /**
     * Returns whether the call may send more.
     *
     * @param transportReady whether the transport says so
     */
    boolean maySend(boolean transportReady) {
        if (!transportReady) {
            return false;
        }
        outbound.transportReady();
        if (outbound.hasRoom()) {
            return true;
        }
        if (!outbound.waitsForRoom()) {
            outbound.waitForRoom();
            connection.findWhatIsLeft(this);
        }
        return false;
    }

    /** For the connection's thread. */
    void nothingLeft() {
        outbound.allTaken();
        becomeReadyIfRoom();
    }

    private void becomeReadyIfRoom() {
        GuardedHandler<?, ?>.GuardedCall known = call;
        if (known != null && outbound.endsWait()) {
            known.becomeReady();
        }
    }

    /**
     * Ends the call, since the transport has no such stream any more. grpc-java does not always know: it may not have
     * been told of the stream.
     */
    void streamGone() {
        if (!closed) {
            Status gone = Status.CANCELLED.withDescription("The stream has been closed");
            end(gone);
            streamClosed(gone);
        }
        gone();
    }

    private void gone() {
        if (calls.remove(this)) {
            connection.inbound().count(-CALL_BYTES);
        }
    }

    /** Returns whether the transport still keeps its stream, and with the stream the call. */
    private boolean isKeptByTransport() {
        return http2Stream != null && http2Stream.state() != Http2Stream.State.CLOSED;
    }

    @Override
    public void streamClosed(Status status) {
        if (closed) {
            return; // as above
        }
        if (!isKeptByTransport()) { // else until its client has ended it, too
            gone();
        }
        closed = true;
        outbound.allTaken();
        inbound.count(closed);
        Status ended = endStatus; // of such a stream the transport knows only that it was reset
        super.streamClosed(ended == null || status.isOk() ? status : ended);
    }

    /** Called at least ten times a second, by one thread at a time. */
    void check() {
        long now = calls.now();
        if (endedAt != NEVER) {
            if (now - endedAt > RESET_DELAY.toNanos()) {
                endAndDrop(endStatus);
            }
            return;
        }
        GuardedHandler<?, ?>.GuardedCall known = call;
        if (outbound.isUnused() || known == null || known.isTransportReady()) {
            becameReady();
        } else if (blockedSince == NEVER) {
            blockedSince = now;
        }
        Supplier<@Nullable Status> condition = endCondition;
        Status status = condition == null ? null : condition.get();
        if (status != null) {
            end(status);
        } else if (known != null) {
            // A single response leaves together with the end of its call.
            if (outbound.held() > 0 && !type().serverSendsOneMessage()) {
                connection.findWhatIsLeft(this);
            }
            if (outbound.waitsForRoom()) {
                execute(this::becomeReadyIfRoom);
            }
        }
    }

    /** Called by the transport's thread. */
    void becameReady() {
        if (blockedSince != NEVER) { // for most calls it never is
            blockedSince = NEVER;
        }
    }
}
