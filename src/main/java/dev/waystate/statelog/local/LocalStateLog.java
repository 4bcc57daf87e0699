package dev.waystate.statelog.local;

import dev.waystate.statelog.Appended;
import dev.waystate.statelog.Batch;
import dev.waystate.statelog.Claim;
import dev.waystate.statelog.entry.EntryQueue;
import dev.waystate.statelog.file.UnusableFileException;
import dev.waystate.statelog.operation.LogHealth;
import dev.waystate.statelog.operation.LogMetrics;
import dev.waystate.statelog.operation.StoreProperties;
import dev.waystate.statelog.view.HeadListeners;
import dev.waystate.statelog.view.LogView;
import dev.waystate.statelog.view.ViewedStateLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.concurrent.CompletionStage;

/** The state log in an SQLite file, which it holds open for itself. */
final class LocalStateLog extends ViewedStateLog implements AutoCloseable {

    private final LogView view;
    private final EntryQueue queue;
    private final LogClock clock;
    private final LogWriter writer;
    private final LogMetrics metrics;

    private LocalStateLog(
            LogView view,
            EntryQueue queue,
            LogClock clock,
            LogWriter writer,
            HeadListeners listeners,
            LogMetrics metrics) {
        super(listeners);
        this.view = view;
        this.queue = queue;
        this.clock = clock;
        this.writer = writer;
        this.metrics = metrics;
    }

    /**
     * Opens the log, and creates it where it is missing.
     *
     * @throws dev.waystate.statelog.file.UnusableFileException if the file is no log that this process can have for
     *     itself; the file stays as it was
     * @throws IllegalStateException if the file cannot be opened, or its end is missing
     */
    static LocalStateLog open(StoreProperties properties, TimeSources times, LogHealth health, LogMetrics metrics) {
        LogView view = LogView.open(properties.file(), properties.readConnections(), metrics);
        try {
            if (view.place() != null) {
                view.close();
                throw new UnusableFileException("Expected a log of one process in " + properties.file()
                        + ", but it is a replica's view of a topic: set waystate.state-log.kafka.topic, or name another"
                        + " file");
            }
            LogClock clock =
                    new LogClock(times, view.clock().anchor(), view.clock().steps(), view.lastRecordedAt());
            view.clock().replace(clock.anchor(), clock.steps());
            clock.saved();
            EntryQueue queue = new EntryQueue();
            metrics.observe(queue);
            HeadListeners listeners = new HeadListeners();
            LogWriter writer = new LogWriter(queue, view, clock, properties.retention(), listeners, health);
            writer.start();
            return new LocalStateLog(view, queue, clock, writer, listeners, metrics);
        } catch (SQLException | IOException problem) {
            throw new IllegalStateException("Cannot open the state log: " + problem.getMessage(), problem);
        }
    }

    @Override
    public CompletionStage<Appended> append(Batch batch) {
        return metrics.countRefusal(queue.add(batch));
    }

    @Override
    public Claim claim(String source) {
        return queue.claim(source);
    }

    @Override
    public CompletionStage<Void> caughtUp() {
        return writer.settled();
    }

    @Override
    public Instant now() {
        return clock.present();
    }

    @Override
    protected LogView view() {
        return view;
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
