package dev.waystate.statelog.file;

import java.sql.SQLException;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** What SQLite's error codes mean for a log. */
public final class SqliteErrors {

    private SqliteErrors() {}

    /** Whether a write found no room, and left nothing behind. */
    public static boolean isDiskFull(SQLException problem) {
        return is(SQLiteErrorCode.SQLITE_FULL, problem);
    }

    /** Whether another process holds the lock for writing. */
    public static boolean isBusy(SQLException problem) {
        return is(SQLiteErrorCode.SQLITE_BUSY, problem);
    }

    /** Whether the system does not let this user open the file, or write beside it. */
    public static boolean isDenied(SQLException problem) {
        return is(SQLiteErrorCode.SQLITE_CANTOPEN, problem)
                || is(SQLiteErrorCode.SQLITE_READONLY, problem)
                || is(SQLiteErrorCode.SQLITE_PERM, problem);
    }

    /** Whether the file is no longer what SQLite wrote. */
    public static boolean isDamage(SQLException problem) {
        return isHalfWritten(problem) || isNoDatabase(problem);
    }

    /** Whether pages of the file do not fit together. */
    public static boolean isHalfWritten(SQLException problem) {
        return is(SQLiteErrorCode.SQLITE_CORRUPT, problem);
    }

    static boolean isNoDatabase(SQLException problem) {
        return is(SQLiteErrorCode.SQLITE_NOTADB, problem);
    }

    /** Compares the primary code, of which there are extended ones. */
    private static boolean is(SQLiteErrorCode code, SQLException problem) {
        return problem instanceof SQLiteException && problem.getErrorCode() == code.code;
    }
}
