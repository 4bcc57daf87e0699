package dev.waystate.server.memory;

/**
 * What the calls of all clients together may take of the server's memory. The way in has two parts, so that what arrives
 * and is never whole cannot take the place of what is about to be stored.
 *
 * @param arriving messages that have not been given to their services, whole or not
 * @param pending requests that their services have, and that are not durable
 * @param leaving what has been sent and not been taken by its client
 * @param arrivingOnConnection how many bytes of messages that are not whole one connection may have
 */
public record MemoryBudgets(
        MemoryBudget arriving, MemoryBudget pending, MemoryBudget leaving, long arrivingOnConnection) {

    private static final int PENDING_PART = 8;

    /** From this part on, messages that are not whole are too many for one connection. */
    private static final int UNFINISHED_PART = 2;

    public static final MemoryBudgets UNLIMITED = of(Long.MAX_VALUE / 2, Long.MAX_VALUE / 2, 0);

    /** Divides the memory for each direction, in bytes, where the largest message has a known size. */
    public static MemoryBudgets of(long inbound, long outbound, long largestMessage) {
        long pending = inbound / PENDING_PART;
        long arriving = inbound - pending;
        return new MemoryBudgets(
                new MemoryBudget(arriving),
                new MemoryBudget(pending),
                new MemoryBudget(outbound),
                Math.max(arriving / UNFINISHED_PART, 2 * largestMessage));
    }
}
