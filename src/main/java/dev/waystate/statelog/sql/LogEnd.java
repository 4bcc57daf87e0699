package dev.waystate.statelog.sql;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Where a log that is being opened ends.
 *
 * @param earliest the position of the oldest record, or one above the head
 * @param head the position of the newest record, 0 when there is none
 * @param recordedAt the time of the newest record in nanoseconds since 1970, 0 when it is not there
 */
record LogEnd(long earliest, long head, long recordedAt) {

    private static final String FIND = """
            SELECT earliest, head, last.position, last.recorded_at FROM bounds
            LEFT JOIN (SELECT position, recorded_at FROM record ORDER BY position DESC LIMIT 1) AS last""";

    /** @throws IllegalStateException if the newest record is not where the head is */
    static LogEnd find(SqliteDatabase database) throws SQLException {
        try (Connection connection = database.reader();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(FIND)) {
            row.next();
            LogEnd end = new LogEnd(row.getLong(1), row.getLong(2), row.getLong(4));
            long newest = row.getLong(3);
            boolean empty = end.earliest > end.head;
            if (newest != end.head && !(empty && newest == 0)) {
                throw new IllegalStateException("The state log is damaged: expected its newest record at position "
                        + end.head + ", but it is at " + newest + ". Restore the file from a backup");
            }
            return end;
        }
    }
}
