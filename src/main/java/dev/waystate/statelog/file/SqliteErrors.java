package dev.waystate.statelog.file;

import java.io.IOException;
import java.sql.SQLException;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** What SQLite's error codes mean for a log. */
public final class SqliteErrors {

    private SqliteErrors() {}

    /** Whether a write found no room, and left nothing behind. */
    public static boolean isDiskFull(SQLException problem) {
        return code(problem) == SQLiteErrorCode.SQLITE_FULL;
    }

    /** Whether another process holds the lock for writing. */
    public static boolean isBusy(SQLException problem) {
        return code(problem) == SQLiteErrorCode.SQLITE_BUSY;
    }

    /** Whether the file is no longer what SQLite wrote. */
    public static boolean isDamage(SQLException problem) {
        return isHalfWritten(problem) || isNoDatabase(problem);
    }

    /** Whether pages of the file do not fit together. */
    public static boolean isHalfWritten(SQLException problem) {
        return code(problem) == SQLiteErrorCode.SQLITE_CORRUPT;
    }

    static boolean isNoDatabase(SQLException problem) {
        return code(problem) == SQLiteErrorCode.SQLITE_NOTADB;
    }

    /** Returns what whoever only reads a file is told of a problem. */
    public static IOException toIOException(SQLException problem) {
        return new IOException(isDamage(problem) ? "the file is damaged or cut short" : problem.getMessage(), problem);
    }

    private static SQLiteErrorCode code(SQLException problem) {
        return problem instanceof SQLiteException sqlite ? sqlite.getResultCode() : SQLiteErrorCode.UNKNOWN_ERROR;
    }
}
