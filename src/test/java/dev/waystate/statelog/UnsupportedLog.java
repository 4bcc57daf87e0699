package dev.waystate.statelog;

import dev.waystate.geometry.Circle;
import dev.waystate.statelog.Summary.Snapshot;
import dev.waystate.statelog.Summary.StatusCount;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A log that does nothing, for logs of tests that do one thing. */
public class UnsupportedLog implements StateLog {

    @Override
    public CompletionStage<Appended> append(Batch batch) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Claim claim(String source) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<StateRecord> read(long afterPositionExclusive, int maxBytes) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long readNewest(long afterPositionExclusive, int maxBytes, Consumer<StoredRecord> to) {
        return afterPositionExclusive;
    }

    @Override
    public long read(long afterPositionExclusive, int maxBytes, Consumer<StoredRecord> to) {
        List<StateRecord> page = read(afterPositionExclusive, maxBytes);
        page.forEach(record -> to.accept(new GivenRecord(record)));
        return page.isEmpty()
                ? afterPositionExclusive
                : page.get(page.size() - 1).position();
    }

    @Override
    public CompletionStage<Void> caughtUp() {
        throw new UnsupportedOperationException();
    }

    @Override
    public long head() {
        throw new UnsupportedOperationException();
    }

    @Override
    public long earliest() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Instant now() {
        throw new UnsupportedOperationException();
    }

    @Override
    public String id() {
        return "0".repeat(32);
    }

    @Override
    public long firstSince(Instant time) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long positionAt(Instant time) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Page<StateRecord, HistoryPlace> records(
            String source, @Nullable HistoryPlace from, Set<Integer> statuses, int limit, int maxBytes) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Page<SourceState, String> sources(SourceFilter filter, String afterNameExclusive, int limit, int maxBytes) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Page<SourceState, NearPlace> nearest(
            Circle circle, SourceFilter filter, @Nullable NearPlace afterExclusive, int limit, int maxBytes) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Page<Transition, String> sourcesAt(
            long position, SourceFilter filter, String afterNameExclusive, int limit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Page<Transition, Long> transitions(String source, long beforePositionExclusive, int limit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Summary summary() {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<StatusCount> statusesAt(long position) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<Snapshot> statusesAt(List<Instant> times, int maxStatuses) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void onAdvance(Runnable listener) {
        throw new UnsupportedOperationException();
    }
}
