package dev.waystate.server.limits;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.grpc.Attributes;
import io.grpc.Grpc;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How often each client may do something. The user of this class says what a client is: a name or a network. */
public final class ClientRate {

    /** The most clients that are remembered. Beyond it, those that come rarely are forgotten first. */
    static final int MOST_CLIENTS = 100_000;

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final int rate;
    private final int burst;
    private final Cache<Object, Bucket> buckets;

    /**
     * @param rate how often a second in the long run; 0 for any number
     * @param burst how often at once
     */
    public ClientRate(int rate, int burst) {
        this.rate = rate;
        this.burst = burst;
        // A bucket that has not been used for this long is full again, and as good as a new one.
        Duration refill =
                SECOND.multipliedBy(burst).dividedBy(Math.max(1, rate)).plus(SECOND);
        this.buckets = Caffeine.newBuilder()
                .maximumSize(MOST_CLIENTS)
                .expireAfterAccess(refill)
                .build();
    }

    /** Returns whether there is a rate. */
    boolean isOn() {
        return rate != 0;
    }

    /**
     * Counts once more for a client, unless it has to wait. Returns how long it has to wait; zero if it was counted.
     */
    public Duration take(Object client) {
        if (!isOn()) {
            return Duration.ZERO;
        }
        ConsumptionProbe probe = buckets.get(client, key -> newBucket()).tryConsumeAndReturnRemaining(1);
        return probe.isConsumed() ? Duration.ZERO : Duration.ofNanos(probe.getNanosToWaitForRefill());
    }

    /** Takes back one count of a client. */
    public void giveBack(Object client) {
        Bucket bucket = buckets.getIfPresent(client);
        if (bucket != null) {
            bucket.addTokens(1);
        }
    }

    /**
     * Returns the network at the other end of a connection. It is an IPv4 address, or 64 bits of an IPv6 one, of which
     * each subscriber has as many as it likes.
     */
    public static Object network(Attributes connection) {
        return network(connection.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
    }

    static Object network(@Nullable SocketAddress peer) {
        if (!(peer instanceof InetSocketAddress socket)) {
            return String.valueOf(peer);
        }
        InetAddress address = socket.getAddress();
        return address instanceof Inet6Address
                ? ByteBuffer.wrap(address.getAddress()).getLong()
                : address;
    }

    private Bucket newBucket() {
        return Bucket.builder()
                .addLimit(limit -> limit.capacity(burst).refillGreedy(rate, SECOND))
                .withNanosecondPrecision() // by System.nanoTime: a clock that is set back would stop the refill
                .build();
    }

    /** Returns how many clients are known. */
    long clients() {
        buckets.cleanUp();
        return buckets.estimatedSize();
    }
}
