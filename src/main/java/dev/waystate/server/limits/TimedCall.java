package dev.waystate.server.limits;

import io.grpc.Context;
import io.grpc.Context.CancellableContext;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCall.Listener;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * What has happened when in a call, from its first byte until its last has left. A call that has kept the server waiting
 * is closed with a status, to its service as a cancelled one; a client that does not take the status either has its
 * stream reset, and with it goes what the transport holds for it.
 */
final class TimedCall extends ServerStreamTracer {

    private static final Context.Key<TimedCall> CURRENT = Context.key("timed-call");
    private static final long NEVER = -1;

    /** How long a client has to take the status. */
    private static final Duration RESET_DELAY = Duration.ofSeconds(3);

    private final CallTimes times;
    private final long openedAt;
    private @Nullable CancellableContext context;

    /** Null until it comes to the service: not for methods that do not exist, and for callers that are refused. */
    private volatile @Nullable ServerCall<?, ?> call;

    private volatile boolean requestEnded;
    private volatile long messageBegunAt = NEVER;
    private volatile long messageEndedAt;

    /** Is written for every message and read ten times a second: if the reader comes late, nothing is lost. */
    private long messageBytes;

    private volatile long blockedSince = NEVER;
    private volatile long endedAt = NEVER;

    TimedCall(CallTimes times) {
        this.times = times;
        this.openedAt = times.now();
        this.messageEndedAt = openedAt;
    }

    static TimedCall current() {
        return CURRENT.get();
    }

    @Override
    public Context filterContext(Context parent) {
        CancellableContext own = parent.withCancellation();
        context = own;
        times.opened(this);
        return own.withValue(CURRENT, this);
    }

    void started(ServerCall<?, ?> call) {
        this.call = call;
    }

    <ReqT> Listener<ReqT> listener(Listener<ReqT> service) {
        return type() == MethodType.UNARY ? service : new StreamListener<>(service);
    }

    @Override
    public void inboundMessage(int number) {
        messageBytes = 0;
        messageBegunAt = times.now();
    }

    @Override
    public void inboundWireSize(long bytes) {
        messageBytes += bytes;
    }

    @Override
    public void inboundMessageRead(int number, long wireSize, long uncompressedSize) {
        messageBegunAt = NEVER;
        messageArrived();
    }

    @Override
    public void streamClosed(Status status) {
        times.closed(this);
    }

    private void messageArrived() {
        long now = times.now();
        if (messageEndedAt != now) { // for most of the messages it is: it changes ten times a second
            messageEndedAt = now;
        }
    }

    long messageBegunAt() {
        return messageBegunAt;
    }

    /** Returns how much is held of a message that has not arrived whole. */
    long unfinishedBytes() {
        return messageBegunAt == NEVER || endedAt != NEVER ? 0 : messageBytes;
    }

    private MethodType type() {
        ServerCall<?, ?> known = call;
        return known == null ? MethodType.UNKNOWN : known.getMethodDescriptor().getType();
    }

    /** Ends the call if it has kept the server waiting. For one thread at a time. */
    void check(LimitsProperties limits, RefusalCounts refusals) {
        long now = times.now();
        if (endedAt != NEVER) {
            if (now - endedAt > RESET_DELAY.toNanos()) {
                reset();
            }
            return;
        }
        observeReader(now);
        String exceeded = exceeded(limits, now);
        if (exceeded != null) {
            refusals.refused(exceeded);
            end(Status.DEADLINE_EXCEEDED, exceeded);
        }
    }

    void endUnfinished(RefusalCounts refusals) {
        refusals.refused("unfinished-messages");
        end(Status.RESOURCE_EXHAUSTED, "unfinished-messages");
    }

    private void observeReader(long now) {
        ServerCall<?, ?> known = call;
        if (known == null || known.isReady()) {
            blockedSince = NEVER;
        } else if (blockedSince == NEVER) {
            blockedSince = now;
        }
    }

    private @Nullable String exceeded(LimitsProperties limits, long now) {
        boolean oneRequest = type() == MethodType.UNARY
                || type() == MethodType.UNKNOWN
                || type().clientSendsOneMessage() && !requestEnded;
        if (oneRequest && isLonger(openedAt, limits.unaryDeadline(), now)) {
            return "unary-deadline";
        }
        if (isLonger(messageBegunAt, limits.messageTimeout(), now)) {
            return "message-timeout";
        }
        if (!requestEnded && isLonger(messageEndedAt, limits.senderStallTimeout(), now)) {
            return "sender-stall-timeout";
        }
        return isLonger(blockedSince, limits.readerStallTimeout(), now) ? "reader-stall-timeout" : null;
    }

    private static boolean isLonger(long since, Duration limit, long now) {
        return since != NEVER && !limit.isZero() && now - since > limit.toNanos();
    }

    private void end(Status status, String exceeded) {
        endedAt = times.now();
        ServerCall<?, ?> known = call;
        if (known == null) {
            reset();
        } else {
            known.close(
                    status.withDescription("The server's limit waystate.limits." + exceeded + " has been reached"),
                    new Metadata());
        }
    }

    /** What grpc-java does when a deadline passes: there is no other way to have it drop what it has not sent yet. */
    private void reset() {
        context.cancel(new TimeoutException("The client does not take what it is sent"));
    }

    /** Notes what the client does, and has an ended call look cancelled, which is when services let go of it. */
    private final class StreamListener<ReqT> extends SimpleForwardingServerCallListener<ReqT> {

        StreamListener(Listener<ReqT> service) {
            super(service);
        }

        @Override
        public void onHalfClose() {
            requestEnded = true;
            super.onHalfClose();
        }

        @Override
        public void onReady() {
            blockedSince = NEVER;
            super.onReady();
        }

        @Override
        public void onComplete() {
            if (endedAt == NEVER) {
                super.onComplete();
            } else {
                super.onCancel();
            }
        }
    }
}
