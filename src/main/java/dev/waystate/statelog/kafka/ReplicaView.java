package dev.waystate.statelog.kafka;

import dev.waystate.statelog.LogUnavailableException;
import dev.waystate.statelog.file.LogFile;
import dev.waystate.statelog.file.SqliteErrors;
import dev.waystate.statelog.file.UnusableFileException;
import dev.waystate.statelog.operation.LogMetrics;
import dev.waystate.statelog.operation.StoreProperties;
import dev.waystate.statelog.view.LogView;
import dev.waystate.statelog.view.TopicPlace;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** The view of a replica. It can be thrown away, since all of it is in the topic. */
final class ReplicaView {

    private final StoreProperties properties;
    private final LogMetrics metrics;
    private volatile LogView view;

    /** The id of the log, once it is known. */
    private volatile @Nullable String id;

    /** The offset up to which the topic has to be read for the view to be whole. */
    private volatile long wholeFrom;

    /** Whether the file says that the view is not whole. For the applier's thread. */
    private boolean marked;

    /** How far the damaged view had read the topic, while it is built again; null when there is none. */
    private volatile @Nullable TopicPlace lost;

    private ReplicaView(StoreProperties properties, LogMetrics metrics, LogView view) throws SQLException {
        this.metrics = metrics;
        this.properties = properties;
        this.view = view;
        begin();
    }

    /** @throws UnusableFileException if the file has a log that is in no topic, or is none that this process can have */
    static ReplicaView open(StoreProperties properties, LogMetrics metrics) throws SQLException {
        LogView view = LogView.open(properties.file(), properties.readConnections(), metrics);
        if (view.place() == null && view.lastRecordedAt() > 0) {
            close(view);
            throw new UnusableFileException("Expected the view of a replica in " + properties.file()
                    + ", but it has a log of its own, with " + view.head()
                    + " records: name another file, or import it into an empty topic");
        }
        return new ReplicaView(properties, metrics, view);
    }

    /**
     * Marks a view that begins empty. If the process is started again before the view is whole, it has to know that.
     */
    private void begin() throws SQLException {
        view.relax();
        if (view.place() == null) {
            view.markPartial(true);
        }
        marked = view.isMarkedPartial();
        wholeFrom = marked ? Long.MAX_VALUE : 0;
    }

    private static void close(LogView view) {
        try {
            view.close();
        } catch (SQLException | IOException problem) {
            throw new IllegalStateException("Cannot close the state log", problem);
        }
    }

    /**
     * Returns the id of the log, which stays the same when the view is built again.
     *
     * @throws LogUnavailableException if nothing was read of the topic yet
     */
    String id() {
        String known = knownId();
        if (known == null) {
            throw new LogUnavailableException("The replica has read nothing of the topic yet", null);
        }
        return known;
    }

    /** Returns the id of the log, null when nothing was read of the topic yet. */
    @Nullable
    String knownId() {
        LogView present = view;
        if (id == null && present.place() != null) {
            id = present.id();
        }
        return id;
    }

    LogView get() {
        return view;
    }

    /**
     * Returns the view for readers.
     *
     * @throws LogUnavailableException while it is built: it has only a part of the log
     */
    LogView whole() {
        LogView present = view;
        if (!isWhole(present) || present.isImporting()) {
            throw new LogUnavailableException("The replica builds its view from the topic", null);
        }
        return present;
    }

    private boolean isWhole(LogView present) {
        TopicPlace place = present.place();
        return wholeFrom <= (place == null ? 0 : place.nextOffset());
    }

    /** Takes the mark off a view that has become whole. If there is no room for that now, a later call does it. */
    void unmarkWhenWhole() throws SQLException {
        if (marked && isWhole(view)) {
            try {
                view.markPartial(false);
                marked = false;
            } catch (SQLException problem) {
                if (!SqliteErrors.isDiskFull(problem) && !SqliteErrors.isBusy(problem)) {
                    throw problem;
                }
            }
        }
    }

    /** Notes where the topic ends: a view that began empty is whole when it has come there. */
    void builtUpTo(long end) {
        if (wholeFrom == Long.MAX_VALUE) {
            wholeFrom = end;
        }
    }

    /** Returns how far the topic is known, by this view or a damaged one before; null when nothing was read of it yet. */
    @Nullable
    TopicPlace known() {
        TopicPlace place = view.place();
        return place == null ? lost : place;
    }

    /**
     * Puts the file aside and goes on with an empty one. Returns where the old file is. It takes the place of one that was
     * put aside before.
     */
    Path rebuild() throws SQLException, IOException {
        Path file = properties.file().toAbsolutePath().toRealPath();
        Path aside = LogFile.beside(file, ".damaged");
        if (view.place() != null) {
            id = view.id();
            lost = view.place();
        }
        wholeFrom = Long.MAX_VALUE;
        view.putAside(file, aside);
        view = LogView.open(file, properties.readConnections(), metrics);
        begin();
        return aside;
    }
}
