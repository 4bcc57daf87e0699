package dev.waystate.server;

/**
 * What the calls of all clients together may take of the server's memory. The way in has two parts, so that what arrives
 * and is never whole cannot take the place of what is about to be stored.
 *
 * @param arriving messages that have not been given to their services, whole or not
 * @param pending requests that their services have, and that are not durable
 * @param leaving what has been sent and not been taken by its client
 * @param arrivingOnConnection how many bytes of what is arriving one connection may have
 */
public record MemoryBudgets(
        MemoryBudget arriving, MemoryBudget pending, MemoryBudget leaving, long arrivingOnConnection) {

    private static final int PENDING_PART = 8;

    /** One connection may have this part of what arrives, and of what the others leave free of what leaves. */
    private static final int CONNECTION_PART = 4;

    /** Divides the memory for each direction, in bytes, where the largest message has a known size. */
    public static MemoryBudgets of(long inbound, long outbound, long largestMessage) {
        long pending = inbound / PENDING_PART;
        long arriving = inbound - pending;
        return new MemoryBudgets(
                new MemoryBudget(arriving),
                new MemoryBudget(pending),
                new MemoryBudget(outbound),
                Math.max(arriving / CONNECTION_PART, 2 * largestMessage));
    }

    /**
     * Returns how many bytes may be leaving on one connection: a part of what the others leave free, so that there is
     * always room for another one.
     *
     * @param held what the connection has of them now
     */
    long leavingOnConnection(long held) {
        return (leaving.limit() - leaving.held() + held) / CONNECTION_PART;
    }
}
