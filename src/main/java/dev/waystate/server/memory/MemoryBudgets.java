package dev.waystate.server.memory;

/**
 * The memory that the calls of all clients together may take. The way in has two parts, so that messages which are
 * never whole cannot take the room of reports that are about to be stored.
 *
 * @param arriving messages that have not been given to their services, whole or not
 * @param pending requests that their services have, and that are not durable
 * @param leaving answers that were sent, and that their clients have not taken
 * @param arrivingOnConnection how many bytes of messages that are not whole one connection may have
 */
public record MemoryBudgets(
        MemoryBudget arriving, MemoryBudget pending, MemoryBudget leaving, long arrivingOnConnection) {

    private static final int PENDING_PART = 8;

    /** The part of {@code arriving} that the unfinished messages of one connection may take. */
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
