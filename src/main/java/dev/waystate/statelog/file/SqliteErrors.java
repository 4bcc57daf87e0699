package dev.waystate.statelog.file;

import java.io.IOException;
import java.sql.SQLException;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** Tells what SQLite's error codes mean for a log. */
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

    /** Returns an exception that says in plain words why a log could not be read, or copied. */
    public static IOException toIOException(SQLException problem) {
        if (isDamage(problem)) {
            return new DamagedFileException("the file is damaged or cut short", problem);
        }
        if (isBusy(problem)) {
            return new IOException("another process has locked the file for long: wait for its end", problem);
        }
        if (isDenied(problem)) {
            return new IOException(
                    "the file, or the -wal beside it, is not open to this user, or its directory is read-only, and SQLite"
                            + " has to write there: copy both to another directory, and name the copy",
                    problem);
        }
        if (isDiskFull(problem)) {
            return new IOException("there is no room for the copy: its disk is full", problem);
        }
        return new IOException(problem.getMessage(), problem);
    }

    /** Compares the primary code; extended codes share it. */
    private static boolean is(SQLiteErrorCode code, SQLException problem) {
        return problem instanceof SQLiteException && problem.getErrorCode() == code.code;
    }
}
