package dev.waystate.server.limits;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.waystate.server.CallerName;
import dev.waystate.server.TryLaterException;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCall.Listener;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import net.devh.boot.grpc.server.interceptor.GrpcGlobalServerInterceptor;

/**
 * Refuses the calls of a caller beyond a rate. A caller is who it has proved to be, else where it calls from: an
 * address, or a network of 64 bits where each subscriber has as many addresses as it likes.
 */
@GrpcGlobalServerInterceptor
class CallerRate implements ServerInterceptor {

    /** Callers are forgotten beyond this number: first those that call rarely. */
    static final int MOST_CALLERS = 100_000;

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final int rate;
    private final int burst;
    private final RefusalCounts refusals;
    private final Cache<Object, Bucket> buckets;

    CallerRate(LimitsProperties limits, RefusalCounts refusals) {
        this.rate = limits.callerRate();
        this.burst = limits.callerBurst();
        this.refusals = refusals;
        // What has not been used for this long is full again, and as good as a new one.
        Duration refill =
                SECOND.multipliedBy(burst).dividedBy(Math.max(1, rate)).plus(SECOND);
        this.buckets = Caffeine.newBuilder()
                .maximumSize(MOST_CALLERS)
                .expireAfterAccess(refill)
                .build();
    }

    @Override
    public <ReqT, RespT> Listener<ReqT> interceptCall(
            ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
        if (rate > 0) {
            take(caller(call.getAttributes()));
        }
        return next.startCall(call, headers);
    }

    /** @throws TryLaterException if the caller has to wait */
    void take(Object caller) {
        ConsumptionProbe probe = buckets.get(caller, key -> newBucket()).tryConsumeAndReturnRemaining(1);
        if (!probe.isConsumed()) {
            refusals.refused("caller-rate");
            throw new TryLaterException(
                    "More calls than one caller may make: try again later",
                    Duration.ofNanos(probe.getNanosToWaitForRefill()));
        }
    }

    private Bucket newBucket() {
        return Bucket.builder()
                .addLimit(limit -> limit.capacity(burst).refillGreedy(rate, SECOND))
                .build();
    }

    private static Object caller(Attributes connection) {
        String name = CallerName.CURRENT.get();
        return name != null ? name : network(connection.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
    }

    static Object network(Object peer) {
        if (!(peer instanceof InetSocketAddress socket)) {
            return String.valueOf(peer);
        }
        InetAddress address = socket.getAddress();
        return address instanceof Inet6Address
                ? ByteBuffer.wrap(address.getAddress()).getLong()
                : address;
    }

    /** Returns how many callers are known. */
    long callers() {
        buckets.cleanUp();
        return buckets.estimatedSize();
    }
}
