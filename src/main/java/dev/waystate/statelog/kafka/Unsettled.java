package dev.waystate.statelog.kafka;

import dev.waystate.statelog.entry.Entry;
import dev.waystate.statelog.entry.EntryQueue.Made;
import dev.waystate.statelog.entry.Origin;
import dev.waystate.statelog.entry.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The entries of this process that may be in the topic and were not applied yet, in their order. An entry is known by
 * its origin: its place in the topic does not matter, nor how often it is there.
 *
 * <p>There is room for about as many bytes as were settled in the last second. When the broker is slow, more would wait in
 * the producer, and time out there. In the queue nothing times out.
 */
final class Unsettled {

    private static final long UNKNOWN = -1;

    /** How many bytes there is room for when few were settled lately. */
    private static final long LEAST_ROOM = 64 * 1024;

    /** After this time, bytes that were settled count 1/e. It is half of the time that the producer has for an entry. */
    private static final double LATELY_NANOS = 1e9;

    /** An entry that was sent. */
    private static final class Sent {

        final Made made;
        final long bytes;
        final long at;
        long offset = UNKNOWN;

        Sent(Made made, long bytes, long at) {
            this.made = made;
            this.bytes = bytes;
            this.at = at;
        }
    }

    private final ReplicationMetrics metrics;
    private final LongSupplier nanoTime;

    // Guarded by this.
    private final Map<Origin, Sent> entries = new LinkedHashMap<>();
    private long bytes;
    private long movedAt;
    private long nextOffset;

    /** How many bytes were settled since the view last moved. */
    private long settled;

    /** How many bytes were settled before that. The longer ago it was, the less they count. */
    private double settledLately;

    /** Whether the view has left out entries that followed a lost one. It will not come to them again. */
    private boolean lost;

    /** Why a send failed last; null since an entry was settled. */
    private @Nullable Exception failure;

    /** @param nanoTime counts the time that goes by */
    Unsettled(ReplicationMetrics metrics, LongSupplier nanoTime) {
        this.metrics = metrics;
        this.nanoTime = nanoTime;
        this.movedAt = nanoTime.getAsLong();
    }

    /** Adds an entry that takes so many bytes. Returns whether there is room for more. */
    synchronized boolean add(Made made, long madeBytes) {
        entries.put(made.origin(), new Sent(made, madeBytes, nanoTime.getAsLong()));
        bytes += madeBytes;
        return room() > 0;
    }

    /** Waits for room, if there is none. Returns how many bytes there is room for then; below 1 if there is still none. */
    synchronized long awaitRoom(long millis) throws InterruptedException {
        if (room() <= 0) {
            wait(millis);
        }
        return room();
    }

    private long room() {
        return Math.max(LEAST_ROOM, (long) settledLately(nanoTime.getAsLong())) - bytes;
    }

    private double settledLately(long now) {
        return settledLately * Math.exp((movedAt - now) / LATELY_NANOS);
    }

    /**
     * Notes that the topic has an entry. From then on, only this process keeps it waiting.
     *
     * @param offset where it is
     */
    synchronized void inTopic(Origin origin, long offset) {
        Sent sent = entries.get(origin);
        if (sent != null) {
            sent.offset = offset;
        }
    }

    synchronized void failed(Exception problem) {
        failure = problem;
    }

    /** Returns why a send failed last; null if an entry has been settled since. */
    synchronized @Nullable Exception failure() {
        return failure;
    }

    /** Completes an entry with its outcome. */
    void settle(Origin origin, Verdict verdict) {
        if (verdict instanceof Verdict.Ignored) {
            leftOut(origin);
            return;
        }
        Made made = remove(origin);
        if (made != null) {
            made.settle(verdict);
        }
    }

    private synchronized void leftOut(Origin origin) {
        lost |= entries.containsKey(origin);
    }

    private synchronized @Nullable Made remove(Origin origin) {
        Sent sent = entries.remove(origin);
        if (sent == null) {
            return null;
        }
        lost = false;
        failure = null;
        bytes -= sent.bytes;
        settled += sent.bytes;
        metrics.settled(nanoTime.getAsLong() - sent.at);
        return sent.made;
    }

    /** Notes that the view has gone on to an offset. */
    synchronized void moved(long next) {
        long now = nanoTime.getAsLong();
        settledLately = settledLately(now) + settled;
        settled = 0;
        movedAt = now;
        nextOffset = next;
        notifyAll(); // of the room
    }

    /**
     * Returns whether the oldest entry has waited for so long: for the topic, or for a view that stands still, or will
     * not come to it. An entry that the view has passed by is no longer in the topic: the brokers have lost it.
     */
    synchronized boolean isStalled(long nanos) {
        if (entries.isEmpty()) {
            return false;
        }
        Sent oldest = entries.values().iterator().next();
        long since = oldest.offset >= nextOffset && !lost && movedAt - oldest.at > 0 ? movedAt : oldest.at;
        return nanoTime.getAsLong() - since > nanos;
    }

    /** Returns the entry of an origin; null when it is settled, or of another process. */
    synchronized @Nullable Entry entry(Origin origin) {
        Sent sent = entries.get(origin);
        return sent == null ? null : sent.made.entry();
    }

    synchronized boolean isEmpty() {
        return entries.isEmpty();
    }

    synchronized int size() {
        return entries.size();
    }

    synchronized List<Made> all() {
        return entries.values().stream().map(sent -> sent.made).toList();
    }

    /** Forgets and returns all. */
    synchronized List<Made> clear() {
        List<Made> all = new ArrayList<>(all());
        lost = false;
        bytes = 0;
        entries.clear();
        return all;
    }
}
