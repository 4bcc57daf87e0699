package dev.waystate.console.live;

import dev.waystate.geometry.Point;
import dev.waystate.statelog.Batch;
import dev.waystate.statelog.DamagedRecordException;
import dev.waystate.statelog.PrunedPositionException;
import dev.waystate.statelog.StateRecord;
import dev.waystate.statelog.UnsupportedLog;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A log in memory, which can be damaged, pruned, and out of order. */
final class RecordedLog extends UnsupportedLog {

    static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

    /** So that a merge takes several pages. */
    private static final int PAGE = 7;

    private final List<StateRecord> records = new ArrayList<>();
    final Set<Long> damaged = new HashSet<>();
    final CompletableFuture<Void> caughtUp = new CompletableFuture<>();

    @Nullable
    RuntimeException failure;

    long earliest = 1;
    Instant now = BEGIN;
    int reads;

    void add(String source, int status) {
        add(source, status, "", null);
    }

    void add(String source, int status, String info, @Nullable Point location) {
        long position = records.size() + 1;
        records.add(new StateRecord(
                position, source, Batch.UNNUMBERED, status, info, null, BEGIN.plusMillis(position), location));
    }

    void addMany(int count) {
        for (int i = 0; i < count; i++) {
            add("robot-" + i % 10, 1 + i % 3);
        }
    }

    List<StateRecord> records(long afterExclusive, long upTo) {
        return records.subList((int) afterExclusive, (int) upTo);
    }

    @Override
    public long head() {
        if (failure != null) {
            throw failure;
        }
        return records.size();
    }

    @Override
    public Instant now() {
        return now;
    }

    @Override
    public long earliest() {
        return earliest;
    }

    @Override
    public CompletionStage<Void> caughtUp() {
        return caughtUp;
    }

    @Override
    public List<StateRecord> read(long afterPositionExclusive, int maxBytes) {
        reads++;
        if (failure != null) {
            throw failure;
        }
        if (afterPositionExclusive < earliest - 1) {
            throw new PrunedPositionException(afterPositionExclusive, earliest);
        }
        if (damaged.contains(afterPositionExclusive + 1)) {
            throw new DamagedRecordException(afterPositionExclusive + 1);
        }
        List<StateRecord> page = new ArrayList<>();
        for (long next = afterPositionExclusive + 1;
                next <= records.size() && page.size() < PAGE && !damaged.contains(next);
                next++) {
            page.add(records.get((int) next - 1));
        }
        return page;
    }
}
