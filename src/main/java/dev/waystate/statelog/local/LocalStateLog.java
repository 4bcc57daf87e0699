package dev.waystate.statelog.local;

import dev.waystate.geometry.Circle;
import dev.waystate.statelog.Appended;
import dev.waystate.statelog.Batch;
import dev.waystate.statelog.Claim;
import dev.waystate.statelog.HistoryPlace;
import dev.waystate.statelog.NearPlace;
import dev.waystate.statelog.Page;
import dev.waystate.statelog.SourceFilter;
import dev.waystate.statelog.SourceState;
import dev.waystate.statelog.StateLog;
import dev.waystate.statelog.StateRecord;
import dev.waystate.statelog.Summary;
import dev.waystate.statelog.Summary.Snapshot;
import dev.waystate.statelog.Summary.StatusCount;
import dev.waystate.statelog.Transition;
import dev.waystate.statelog.entry.EntryQueue;
import dev.waystate.statelog.view.LogView;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The state log in an SQLite file, which it holds open for itself. */
final class LocalStateLog implements StateLog, AutoCloseable {

    private final LogView view;
    private final EntryQueue queue;
    private final LogWriter writer;

    private LocalStateLog(LogView view, EntryQueue queue, LogWriter writer) {
        this.view = view;
        this.queue = queue;
        this.writer = writer;
    }

    /**
     * Opens the log, and creates it where it is missing.
     *
     * @throws dev.waystate.statelog.view.UnusableFileException if the file is no log that this process can have for
     *     itself; it is as it was then
     * @throws IllegalStateException if the file cannot be opened, or its end is missing
     */
    static LocalStateLog open(StoreProperties properties, TimeSources times, LogHealth health) {
        LogView view = LogView.open(properties.file(), properties.readConnections());
        try {
            LogClock clock =
                    new LogClock(times, view.clock().anchor(), view.clock().steps(), view.lastRecordedAt());
            view.clock().replace(clock.anchor(), clock.steps());
            clock.saved();
            EntryQueue queue = new EntryQueue();
            LogWriter writer = new LogWriter(queue, view, clock, properties.retention(), health);
            writer.start();
            return new LocalStateLog(view, queue, writer);
        } catch (SQLException problem) {
            throw new IllegalStateException("Cannot read the clock of the state log: " + problem.getMessage(), problem);
        }
    }

    @Override
    public CompletionStage<Appended> append(Batch batch) {
        return queue.add(batch);
    }

    @Override
    public Claim claim(String source) {
        return queue.claim(source);
    }

    @Override
    public List<StateRecord> read(long afterPositionExclusive, int maxBytes) {
        return view.records().read(afterPositionExclusive, maxBytes);
    }

    @Override
    public long head() {
        return view.head();
    }

    @Override
    public long earliest() {
        return view.earliest();
    }

    @Override
    public String id() {
        return view.id();
    }

    @Override
    public long firstSince(Instant time) {
        return view.records().firstSince(time);
    }

    @Override
    public long positionAt(Instant time) {
        return view.transitions().positionAt(time);
    }

    @Override
    public Page<StateRecord, HistoryPlace> records(
            String source, @Nullable HistoryPlace from, Set<Integer> statuses, int limit, int maxBytes) {
        return view.records().records(source, from, statuses, limit, maxBytes);
    }

    @Override
    public Page<SourceState, String> sources(SourceFilter filter, String afterNameExclusive, int limit, int maxBytes) {
        return view.sources().sources(filter, afterNameExclusive, limit, maxBytes);
    }

    @Override
    public Page<SourceState, NearPlace> nearest(
            Circle circle, SourceFilter filter, @Nullable NearPlace afterExclusive, int limit, int maxBytes) {
        return view.sources().nearest(circle, filter, afterExclusive, limit, maxBytes);
    }

    @Override
    public Page<Transition, String> sourcesAt(
            long position, String afterNameExclusive, Set<Integer> statuses, int limit) {
        return view.transitions().sourcesAt(position, afterNameExclusive, statuses, limit);
    }

    @Override
    public Page<Transition, Long> transitions(String source, long beforePositionExclusive, int limit) {
        return view.transitions().transitions(source, beforePositionExclusive, limit);
    }

    @Override
    public Summary summary() {
        return view.sources().summary();
    }

    @Override
    public List<StatusCount> statusesAt(long position) {
        return view.transitions().statusesAt(position);
    }

    @Override
    public List<Snapshot> statusesAt(List<Instant> times, int maxStatuses) {
        return view.transitions().statusesAt(times, maxStatuses);
    }

    @Override
    public void onAdvance(Runnable listener) {
        writer.onAdvance(listener);
    }

    /** Stores what was appended, and closes the file. */
    @Override
    public void close() {
        queue.close();
        try {
            writer.join();
            view.close();
        } catch (SQLException | IOException problem) {
            throw new UncheckedIOException(new IOException("Cannot close the state log", problem));
        }
    }
}
