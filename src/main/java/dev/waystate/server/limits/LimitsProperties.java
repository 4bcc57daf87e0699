package dev.waystate.server.limits;

import io.netty.util.internal.PlatformDependent;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * What a client may take of the server.
 *
 * @param messageSize the largest request, also when it has been unpacked, 1 to 64 MiB: what the largest info needs, and
 *     more
 * @param metadataSize the largest metadata of a call, 1 KiB to 1 MiB
 * @param connections how many connections there may be in all, from the moment that they are accepted, 1 to 1000000;
 *     unless set, one for each 64 KiB of the heap, or of the direct memory if that is smaller, up to 10000
 * @param callsPerConnection how many calls a connection may have open, 1 to 1000000
 * @param resets how many streams a connection may have reset in 30 seconds, 1 to 1000000
 * @param handshakeTimeout how long a new connection may take to get ready for calls, 100 ms to 10 minutes
 * @param connectionIdle how long a connection may be without a call, from 100 ms on; 0 for any time
 * @param connectionAge after how long a connection is asked to take no further calls, from 100 ms on; 0 for never
 * @param connectionAgeGrace how long the open calls of such a connection may go on, from 100 ms on; 0 for as long as
 *     they like
 * @param keepaliveTime after how long without a sign of life a client is asked for one, 1 second to 1 day
 * @param keepaliveTimeout how long it may take to answer, 100 ms to 10 minutes
 * @param permitKeepaliveTime how often a client may ask the same of the server, 0 to 1 hour
 * @param flowControlWindow how much of a connection, and of each of its calls, may have arrived without being taken in,
 *     64 KiB to 16 MiB; unless set, a 64th of the inbound memory, up to 1 MiB
 * @param unaryDeadline how long a unary call may take, and the request of a server stream, from 100 ms on; 0 for as long
 *     as they like
 * @param messageTimeout how long a message may take from its first byte to its last, from 100 ms on; 0 for as long as it
 *     likes
 * @param senderStallTimeout how long a client's stream may go without a message, from 100 ms on; 0 for as long as it
 *     likes
 * @param readerStallTimeout how long a client may read none of the answers that wait for it, from 100 ms on; 0 for as
 *     long as it likes
 * @param inboundMemory how much memory may be held in all of requests that are not whole, or not durable, 4 MiB to 16 GiB;
 *     unless set, an eighth of the heap, or of the direct memory if that is smaller
 * @param outboundMemory how much memory may be held in all of answers that clients have not taken, 4 MiB to 16 GiB; unless
 *     set, as much as of requests
 * @param callerRate how many calls a second a caller may make in the long run, 0 to 1000000; 0 for any number
 * @param callerBurst how many of them may come at once, 1 to 1000000
 */
@Validated
@ConfigurationProperties("waystate.limits")
public record LimitsProperties(
        @DefaultValue("1MB") DataSize messageSize,
        @DefaultValue("8KB") DataSize metadataSize,
        @Nullable @Min(1) @Max(1_000_000) Integer connections,
        @DefaultValue("256") @Min(1) @Max(1_000_000) int callsPerConnection,
        @DefaultValue("200") @Min(1) @Max(1_000_000) int resets,

        @DefaultValue("10s") @DurationMin(millis = 100) @DurationMax(minutes = 10)
        Duration handshakeTimeout,

        @DefaultValue("5m") Duration connectionIdle,
        @DefaultValue("30m") Duration connectionAge,
        @DefaultValue("0s") Duration connectionAgeGrace,

        @DefaultValue("60s") @DurationMin(seconds = 1) @DurationMax(days = 1)
        Duration keepaliveTime,

        @DefaultValue("20s") @DurationMin(millis = 100) @DurationMax(minutes = 10)
        Duration keepaliveTimeout,

        @DefaultValue("5s") @DurationMin(seconds = 0) @DurationMax(hours = 1)
        Duration permitKeepaliveTime,

        @Nullable DataSize flowControlWindow,
        @DefaultValue("10s") Duration unaryDeadline,
        @DefaultValue("1m") Duration messageTimeout,
        @DefaultValue("24h") Duration senderStallTimeout,
        @DefaultValue("10m") Duration readerStallTimeout,
        @Nullable DataSize inboundMemory,
        @Nullable DataSize outboundMemory,
        @DefaultValue("0") @Min(0) @Max(1_000_000) int callerRate,
        @DefaultValue("100") @Min(1) @Max(1_000_000) int callerBurst) {

    private static final Duration SHORTEST = Duration.ofMillis(100);

    private static final DataSize LEAST_MEMORY = DataSize.ofMegabytes(4);
    private static final DataSize MOST_MEMORY = DataSize.ofGigabytes(16);
    private static final DataSize LEAST_WINDOW = DataSize.ofKilobytes(64);
    private static final DataSize MOST_WINDOW_UNLESS_SET = DataSize.ofMegabytes(1);
    private static final int MOST_CONNECTIONS_UNLESS_SET = 10_000;

    /**
     * Twice what the transport keeps of a frame that is not whole, and eight times what a connection takes of the heap,
     * so that all together leave most of the memory to calls.
     */
    private static final long MEMORY_PER_CONNECTION = 64 * 1024;

    private static final int PART_OF_PROCESS = 8;
    private static final int WINDOW_PART = 64;

    public LimitsProperties {
        connections = connections == null ? connections(memoryOfProcess()) : connections;
        inboundMemory = inboundMemory == null ? partOfProcess() : inboundMemory;
        outboundMemory = outboundMemory == null ? inboundMemory : outboundMemory;
        flowControlWindow = flowControlWindow == null
                ? between(LEAST_WINDOW, inboundMemory.toBytes() / WINDOW_PART, MOST_WINDOW_UNLESS_SET)
                : flowControlWindow;
        checkRange("inbound-memory", inboundMemory, LEAST_MEMORY, MOST_MEMORY);
        checkRange("outbound-memory", outboundMemory, LEAST_MEMORY, MOST_MEMORY);
        checkRange("message-size", messageSize, DataSize.ofMegabytes(1), DataSize.ofMegabytes(64));
        checkRange("metadata-size", metadataSize, DataSize.ofKilobytes(1), DataSize.ofMegabytes(1));
        checkRange("flow-control-window", flowControlWindow, LEAST_WINDOW, DataSize.ofMegabytes(16));
        checkTime("connection-idle", connectionIdle);
        checkTime("connection-age", connectionAge);
        checkTime("connection-age-grace", connectionAgeGrace);
        checkTime("unary-deadline", unaryDeadline);
        checkTime("message-timeout", messageTimeout);
        checkTime("sender-stall-timeout", senderStallTimeout);
        checkTime("reader-stall-timeout", readerStallTimeout);
    }

    /** Returns how many connections there may be unless that is set. */
    static int connections(long memoryOfProcess) {
        return (int) Math.min(MOST_CONNECTIONS_UNLESS_SET, memoryOfProcess / MEMORY_PER_CONNECTION);
    }

    private static DataSize partOfProcess() {
        return between(LEAST_MEMORY, memoryOfProcess() / PART_OF_PROCESS, MOST_MEMORY);
    }

    /** What the process really has: messages take heap, and on the network direct memory. */
    private static long memoryOfProcess() {
        return Math.min(Runtime.getRuntime().maxMemory(), PlatformDependent.maxDirectMemory());
    }

    private static DataSize between(DataSize least, long bytes, DataSize most) {
        return DataSize.ofBytes(Math.max(least.toBytes(), Math.min(bytes, most.toBytes())));
    }

    private static void checkRange(String name, DataSize size, DataSize least, DataSize most) {
        if (size.compareTo(least) < 0 || size.compareTo(most) > 0) {
            throw new IllegalArgumentException("waystate.limits." + name + ": expected " + least.toKilobytes()
                    + "KB to " + most.toKilobytes() + "KB, but it is " + size.toBytes() + " bytes");
        }
    }

    private static void checkTime(String name, Duration time) {
        if (!time.isZero() && time.compareTo(SHORTEST) < 0) {
            throw new IllegalArgumentException("waystate.limits." + name + ": expected 0s, or from "
                    + SHORTEST.toMillis() + "ms on, but it is " + time);
        }
    }
}
