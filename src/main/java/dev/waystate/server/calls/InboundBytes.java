package dev.waystate.server.calls;

import dev.waystate.server.memory.ConnectionShare;

/**
 * The bytes that have arrived for a call and that its service has not got yet, or still keeps. They are counted in its
 * connection's share. The connection's thread writes this for every frame. Other threads read it now and then, and may
 * see older values.
 */
final class InboundBytes {

    /** The header of a message on the wire. */
    static final int MESSAGE_HEADER_BYTES = 5;

    /** The bytes that a frame takes besides its own: the objects that hold them. */
    private static final int FRAME_BYTES = 256;

    /** A change of less than this is not counted in the budget, which all calls share. */
    private static final int LEAST_CHANGE_BYTES = 1024;

    private final ConnectionShare share;

    private long keptBytes;
    private long unreadBytes;
    private double unreadFrames;
    private long counted;

    InboundBytes(ConnectionShare share) {
        this.share = share;
    }

    /** Returns how many bytes are held, as far as they are counted. */
    long held() {
        return counted;
    }

    void frameArrived(int bytes) {
        unreadBytes += bytes;
        unreadFrames++;
    }

    /** Notes that the service has got a message. */
    void messageRead(long wireBytes) {
        long before = unreadBytes;
        unreadBytes = Math.max(0, before - MESSAGE_HEADER_BYTES - wireBytes);
        unreadFrames = before == 0 ? 0 : unreadFrames * unreadBytes / before; // as if all were of one size
    }

    /** Notes bytes that the service has got, and may keep until the call ends. */
    void kept(long bytes) {
        keptBytes += bytes;
    }

    /**
     * Counts the change since the last call in the connection's share.
     *
     * @param closed whether the call has been closed, and holds nothing more
     * @return how many bytes the connection holds, if that has grown; else 0
     */
    long count(boolean closed) {
        long actual = closed ? 0 : keptBytes + unreadBytes + (long) (unreadFrames * FRAME_BYTES);
        long change = actual - counted;
        if (Math.abs(change) < LEAST_CHANGE_BYTES && (actual != 0 || change == 0)) {
            return 0;
        }
        counted = actual;
        long held = share.count(change);
        return change > 0 ? held : 0;
    }
}
