package dev.waystate.statelog.sql;

import java.sql.SQLException;

/**
 * Moves the write-ahead log into the database file every few megabytes. SQLite's automatic way would drop an error of
 * that file's sync, and with it, in time, committed records.
 *
 * <p>A reader keeps the write-ahead log from being started afresh. When readers take turns so that there is always one,
 * the log would grow without bound: from 64 MiB on, the writer waits until all read from the file itself.
 */
final class WalCheckpoint {

    private static final int PAGE_BYTES = 4096;
    private static final int DUE_AFTER_PAGES = 1_000;
    private static final int MAX_WAL_PAGES = 64 * 1024 * 1024 / PAGE_BYTES;

    /** About how many pages a commit writes besides those of its records. */
    private static final int PAGES_PER_COMMIT = 8;

    /** About how many bytes a record takes besides its info. */
    private static final int BYTES_PER_RECORD = 64;

    private final WriterConnection connection;
    private long pages;
    private long bytes;

    WalCheckpoint(WriterConnection connection) {
        this.connection = connection;
    }

    /** Counts what a commit wrote, roughly. */
    void committed(long records, long infoChars) {
        pages += PAGES_PER_COMMIT;
        bytes += records * BYTES_PER_RECORD + infoChars;
    }

    /** Must run outside of any transaction. */
    void runWhenDue() throws SQLException {
        if (pages + bytes / PAGE_BYTES < DUE_AFTER_PAGES) {
            return;
        }
        pages = 0;
        bytes = 0;
        try {
            if (connection.checkpoint("PASSIVE") > MAX_WAL_PAGES) {
                connection.checkpoint("RESTART");
            }
        } catch (SQLException problem) {
            if (!SqliteErrors.isDiskFull(problem)) {
                throw problem;
            }
        }
    }
}
