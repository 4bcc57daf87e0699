package dev.waystate.statelog.sql;

import java.sql.SQLException;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** What SQLite's error codes mean for a log. */
final class SqliteErrors {

    private SqliteErrors() {}

    /**
     * Whether a write found no room. Growing the index of the write-ahead log is reported as an I/O error of its own,
     * which precedes any write of data.
     */
    static boolean isDiskFull(SQLException problem) {
        SQLiteErrorCode code = code(problem);
        return code == SQLiteErrorCode.SQLITE_FULL || code == SQLiteErrorCode.SQLITE_IOERR_SHMSIZE;
    }

    /** Whether the file is no longer what SQLite wrote. */
    static boolean isDamage(SQLException problem) {
        SQLiteErrorCode code = code(problem);
        return code == SQLiteErrorCode.SQLITE_CORRUPT || code == SQLiteErrorCode.SQLITE_NOTADB;
    }

    private static SQLiteErrorCode code(SQLException problem) {
        return problem instanceof SQLiteException sqlite ? sqlite.getResultCode() : SQLiteErrorCode.UNKNOWN_ERROR;
    }
}
