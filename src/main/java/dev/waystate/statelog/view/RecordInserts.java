package dev.waystate.statelog.view;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Inserts records, many with one statement: running a statement costs as much as several of its rows. What is left over
 * at the end goes in one by one.
 */
final class RecordInserts implements AutoCloseable {

    /** Twice as many gain little more. */
    private static final int ROWS_PER_STATEMENT = 32;

    private static final String INSERT = "INSERT INTO record VALUES ";
    private static final String ROW = "(?, ?, ?, ?, ?, ?, ?, ?)";

    private final PreparedStatement many;
    private final PreparedStatement one;
    private final List<RecordRow> waiting = new ArrayList<>(ROWS_PER_STATEMENT);

    RecordInserts(WriterConnection connection) throws SQLException {
        many = connection.prepare(INSERT + String.join(", ", Collections.nCopies(ROWS_PER_STATEMENT, ROW)));
        one = connection.prepare(INSERT + ROW);
    }

    void add(RecordRow row) throws SQLException {
        waiting.add(row);
        if (waiting.size() == ROWS_PER_STATEMENT) {
            int parameter = 1;
            for (RecordRow next : waiting) {
                parameter = set(many, parameter, next);
            }
            many.executeUpdate();
            waiting.clear();
        }
    }

    /** Inserts what {@link #add} has not inserted yet. */
    void finish() throws SQLException {
        for (RecordRow row : waiting) {
            set(one, 1, row);
            one.executeUpdate();
        }
        waiting.clear();
    }

    /** Forgets what was not inserted yet. */
    void discard() {
        waiting.clear();
    }

    @Override
    public void close() throws SQLException {
        many.close();
        one.close();
    }

    /** Sets the row's columns from a parameter on and returns the parameter after them. */
    private static int set(PreparedStatement insert, int parameter, RecordRow row) throws SQLException {
        insert.setLong(parameter++, row.position());
        insert.setLong(parameter++, row.sourceId());
        insert.setLong(parameter++, row.sequence());
        insert.setInt(parameter++, row.status());
        insert.setString(parameter++, row.info());
        if (row.reportedAt() == null) {
            insert.setNull(parameter++, Types.BIGINT);
        } else {
            insert.setLong(parameter++, row.reportedAt());
        }
        insert.setLong(parameter++, row.recordedAt());
        insert.setInt(parameter++, row.checksum());
        return parameter;
    }
}
