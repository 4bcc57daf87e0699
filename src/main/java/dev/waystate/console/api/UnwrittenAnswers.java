package dev.waystate.console.api;

import dev.waystate.console.ConditionalOnConsole;
import dev.waystate.server.memory.MemoryBudget;
import dev.waystate.server.memory.MemoryBudgets;
import java.time.Duration;
import java.util.Comparator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Counts the answers over HTTP that their clients have not taken. Together they hold at most a quarter of the memory
 * for what leaves the server, and twice as much for a moment. Beyond it, those that have stood still for longest are
 * dropped. Nothing here blocks.
 */
@Component
@ConditionalOnConsole
final class UnwrittenAnswers {

    private static final int PART_OF_LEAVING = 4;

    /** An answer that has not moved for this long stands still. A far client acknowledges several times as fast. */
    private static final Duration STANDSTILL = Duration.ofSeconds(1);

    /** Answers that move are dropped only beyond this multiple of the limit. */
    private static final int MOST_MOVING = 2;

    private final MemoryBudget leaving;
    private final long most;
    private final AtomicLong held = new AtomicLong();
    private final Set<AnswerWriter> holders = ConcurrentHashMap.newKeySet();

    UnwrittenAnswers(MemoryBudgets memory) {
        this.leaving = memory.leaving();
        this.most = leaving.limit() / PART_OF_LEAVING;
    }

    /** Returns whether an answer that has not begun may hold bytes. Answers that have begun go on in any case. */
    boolean hasRoomFor(long bytes) {
        makeRoom(bytes, null);
        long others = held.get();
        return others == 0 || others + bytes <= most;
    }

    /** Counts bytes that a writer holds from here on, and makes room for them. */
    void hold(AnswerWriter writer, long bytes) {
        holders.add(writer);
        leaving.hold(bytes);
        held.addAndGet(bytes);
        makeRoom(0, writer);
    }

    private void makeRoom(long bytes, @Nullable AnswerWriter writer) {
        if (held.get() + bytes > most) {
            long stillSince = System.nanoTime() - STANDSTILL.toNanos();
            holders.stream()
                    .filter(holder -> holder != writer)
                    .map(holder -> new Holder(holder, holder.movedAtNanos()))
                    .sorted(Comparator.comparingLong(Holder::movedAtNanos))
                    .takeWhile(holder ->
                            held.get() + bytes > (holder.movedAtNanos - stillSince < 0 ? most : MOST_MOVING * most))
                    .forEach(holder -> holder.writer.dropIfStill());
        }
    }

    /** Counts bytes that have been written or dropped. */
    void release(long bytes) {
        held.addAndGet(-bytes);
        leaving.release(bytes);
    }

    /** Forgets a writer that will hold nothing more. */
    void ended(AnswerWriter writer) {
        holders.remove(writer);
    }

    /** A writer as it was at one moment: it changes meanwhile, and a sort must not see that. */
    private record Holder(AnswerWriter writer, long movedAtNanos) {}
}
