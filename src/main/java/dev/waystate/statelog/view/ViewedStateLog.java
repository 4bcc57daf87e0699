package dev.waystate.statelog.view;

import dev.waystate.geometry.Circle;
import dev.waystate.statelog.HistoryPlace;
import dev.waystate.statelog.NearPlace;
import dev.waystate.statelog.Page;
import dev.waystate.statelog.SourceFilter;
import dev.waystate.statelog.SourceState;
import dev.waystate.statelog.StateLog;
import dev.waystate.statelog.StateRecord;
import dev.waystate.statelog.StoredRecord;
import dev.waystate.statelog.Summary;
import dev.waystate.statelog.Summary.Snapshot;
import dev.waystate.statelog.Summary.StatusCount;
import dev.waystate.statelog.Transition;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A state log that is read from a view. */
public abstract class ViewedStateLog implements StateLog {

    private final HeadListeners listeners;

    protected ViewedStateLog(HeadListeners listeners) {
        this.listeners = listeners;
    }

    /** Returns the view as it is now. */
    protected abstract LogView view();

    /** Reads from the view. Subclasses may handle damage. */
    protected <T> T look(Function<LogView, T> reading) {
        return reading.apply(view());
    }

    @Override
    public long read(long afterPositionExclusive, int maxBytes, Consumer<StoredRecord> to) {
        return look(view -> view.records().read(afterPositionExclusive, maxBytes, to));
    }

    @Override
    public long readNewest(long afterPositionExclusive, int maxBytes, Consumer<StoredRecord> to) {
        return view().records().readNewest(afterPositionExclusive, maxBytes, to);
    }

    @Override
    public long head() {
        return view().head();
    }

    @Override
    public long earliest() {
        return view().earliest();
    }

    @Override
    public String id() {
        return view().id();
    }

    @Override
    public long firstSince(Instant time) {
        return look(view -> view.records().firstSince(time));
    }

    @Override
    public long positionAt(Instant time) {
        return look(view -> view.transitions().positionAt(time));
    }

    @Override
    public Page<StateRecord, HistoryPlace> records(
            String source, @Nullable HistoryPlace from, Set<Integer> statuses, int limit, int maxBytes) {
        return look(view -> view.records().records(source, from, statuses, limit, maxBytes));
    }

    @Override
    public Page<SourceState, String> sources(SourceFilter filter, String afterNameExclusive, int limit, int maxBytes) {
        return look(view -> view.sources().sources(filter, afterNameExclusive, limit, maxBytes));
    }

    @Override
    public Page<SourceState, NearPlace> nearest(
            Circle circle, SourceFilter filter, @Nullable NearPlace afterExclusive, int limit, int maxBytes) {
        return look(view -> view.sources().nearest(circle, filter, afterExclusive, limit, maxBytes));
    }

    @Override
    public Page<Transition, String> sourcesAt(
            long position, SourceFilter filter, String afterNameExclusive, int limit) {
        return look(view -> view.transitions().sourcesAt(position, filter, afterNameExclusive, limit));
    }

    @Override
    public Page<Transition, Long> transitions(String source, long beforePositionExclusive, int limit) {
        return look(view -> view.transitions().transitions(source, beforePositionExclusive, limit));
    }

    @Override
    public Summary summary() {
        return look(view -> view.sources().summary());
    }

    @Override
    public List<StatusCount> statusesAt(long position) {
        return look(view -> view.transitions().statusesAt(position));
    }

    @Override
    public List<Snapshot> statusesAt(List<Instant> times, int maxStatuses) {
        return look(view -> view.transitions().statusesAt(times, maxStatuses));
    }

    @Override
    public void onAdvance(Runnable listener) {
        listeners.add(listener);
    }
}
