package dev.waystate.server.calls;

import dev.waystate.server.memory.ConnectionShare;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The bytes that a call has sent and its client has not taken. They are counted in its connection's share. The
 * transport does not tell how many they are: it tells when it is ready for more, and when nothing is left. All methods
 * may be called from any thread.
 */
final class OutboundBytes {

    /** What a message takes at least: the smallest buffer of grpc-java, and the objects around it. */
    private static final int MESSAGE_LEAST_BYTES = 4096;

    private static final int MESSAGE_EXTRA_BYTES = 512;

    /** Below this the transport calls for more, unless the service says otherwise: grpc-java's default. */
    private static final int READY_BYTES = 32 * 1024;

    /** Less room than this counts as none. */
    private static final int LEAST_ROOM_BYTES = 8 * 1024;

    private final OpenCalls clock;
    private final ConnectionShare share;

    private final AtomicLong held = new AtomicLong();
    private volatile boolean waitsForRoom;

    // Written by the sending thread and the connection's. Other threads may see older values.
    private long takenAt;
    private int readyBytes = READY_BYTES;

    /**
     * The bytes of the smallest message that was sent. The smaller a message is, the more memory it takes for each of
     * its bytes.
     */
    private long leastSentBytes = Long.MAX_VALUE;

    /** @param clock tells the time of the calls */
    OutboundBytes(OpenCalls clock, ConnectionShare share) {
        this.clock = clock;
        this.share = share;
    }

    /** Returns an upper bound of the bytes that the client has not taken. */
    long held() {
        return held.get();
    }

    /** Returns since when the client has taken nothing, if there is something. */
    long takenAt() {
        return takenAt;
    }

    boolean isUnused() {
        return leastSentBytes == Long.MAX_VALUE;
    }

    void setReadyBytes(int bytes) {
        readyBytes = bytes;
    }

    void sent(long bytes) {
        long inMemory = inMemory(bytes);
        if (bytes < leastSentBytes) {
            leastSentBytes = Math.max(InboundBytes.MESSAGE_HEADER_BYTES, bytes);
        }
        if (held.getAndAdd(inMemory) == 0) {
            takenAt = clock.now();
        }
        share.count(inMemory);
    }

    private static long inMemory(long sentBytes) {
        return Math.max(sentBytes, MESSAGE_LEAST_BYTES) + MESSAGE_EXTRA_BYTES;
    }

    /** Notes that the transport has nothing left. */
    void allTaken() {
        taken(0);
    }

    /**
     * Notes that the transport is ready for more. It counts the bytes on the wire. Those that it has left take most
     * memory if all their messages are as small as the smallest one.
     */
    void transportReady() {
        long least = leastSentBytes;
        taken(least == Long.MAX_VALUE ? 0 : (readyBytes / least + 1) * inMemory(least));
    }

    private void taken(long mostLeft) {
        long before = held.getAndUpdate(bytes -> Math.min(bytes, mostLeft));
        if (before > mostLeft) {
            takenAt = clock.now();
            share.count(mostLeft - before);
        }
    }

    boolean hasRoom() {
        return share.room() > 0;
    }

    boolean waitsForRoom() {
        return waitsForRoom;
    }

    void waitForRoom() {
        waitsForRoom = true;
    }

    /** Ends the wait for room, if there is some. Returns whether the call has waited. */
    boolean endsWait() {
        if (waitsForRoom && share.room() >= LEAST_ROOM_BYTES) {
            waitsForRoom = false;
            return true;
        }
        return false;
    }

    /** See {@link OpenCall#reserveOutbound}. */
    int reserve(int mostBytes) {
        int bytes = share.reserve(LEAST_ROOM_BYTES, mostBytes);
        if (bytes == 0) {
            waitsForRoom = true;
        }
        return bytes;
    }

    void cancelReservation(int bytes) {
        share.count(-bytes);
    }
}
