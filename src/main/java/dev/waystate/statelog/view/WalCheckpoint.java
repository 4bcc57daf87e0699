package dev.waystate.statelog.view;

import dev.waystate.statelog.file.SqliteErrors;
import dev.waystate.statelog.operation.LogMetrics;
import java.io.IOException;
import java.sql.SQLException;

/**
 * Moves the write-ahead log into the database file every few megabytes. SQLite's automatic way would drop an error of
 * that file's sync, and with it, in time, committed records.
 *
 * <p>A reader keeps the write-ahead log from being started afresh, and readers that take turns would do so for ever.
 * From 64 MiB on the writer therefore waits a moment for the end of those that hold it, and tries that again after each
 * further 16 MiB: while a reader goes on for long, as a back-up does, the writer is not held up and the log grows.
 */
final class WalCheckpoint {

    private static final int PAGE_BYTES = 4096;
    private static final int DUE_AFTER_PAGES = 1_000;
    private static final long RESTART_FROM_PAGES = 64 * 1024 * 1024 / PAGE_BYTES;
    private static final long RESTART_AGAIN_AFTER_PAGES = 16 * 1024 * 1024 / PAGE_BYTES;

    /** About how many pages a transaction writes, besides those of the records. */
    private static final int PAGES_PER_TRANSACTION = 5;

    /** About how many pages more it writes for each of its sources. */
    private static final int PAGES_PER_SOURCE = 3;

    /** About how many bytes a record takes besides its info. */
    private static final int BYTES_PER_RECORD = 16;

    private final ViewFile file;
    private final WriterConnection connection;
    private final LogMetrics metrics;
    private long pages;
    private long bytes;
    private long restartFromPages = RESTART_FROM_PAGES;

    WalCheckpoint(ViewFile file, LogMetrics metrics) {
        this.file = file;
        this.connection = file.writer();
        this.metrics = metrics;
    }

    /** Counts what a transaction wrote or removed, roughly. */
    void committed(long sources, long records, long infoChars) {
        pages += PAGES_PER_TRANSACTION + sources * PAGES_PER_SOURCE;
        bytes += records * BYTES_PER_RECORD + infoChars;
    }

    /** Must run outside of any transaction. */
    void runWhenDue() throws SQLException, IOException {
        if (pages + bytes / PAGE_BYTES >= DUE_AFTER_PAGES) {
            file.checkContent(); // before anything is written over what is there
            run();
        }
    }

    /** Must run outside of any transaction. */
    void run() throws SQLException {
        long begun = System.nanoTime();
        pages = 0;
        bytes = 0;
        try {
            long logPages = connection.checkpoint();
            if (logPages < RESTART_FROM_PAGES) {
                restartFromPages = RESTART_FROM_PAGES;
            } else if (logPages >= restartFromPages) {
                restartFromPages = logPages + RESTART_AGAIN_AFTER_PAGES;
                connection.restartLog();
            }
        } catch (SQLException problem) {
            if (!SqliteErrors.isDiskFull(problem)) {
                throw problem;
            }
        }
        metrics.checkpointed(System.nanoTime() - begun);
    }
}
