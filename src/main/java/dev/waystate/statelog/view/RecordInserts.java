package dev.waystate.statelog.view;

import java.sql.PreparedStatement;
import java.sql.SQLException;
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

    private final PreparedStatement many;
    private final PreparedStatement one;
    private final List<RecordRow> waiting = new ArrayList<>(ROWS_PER_STATEMENT);

    RecordInserts(WriterConnection connection) throws SQLException {
        many = connection.prepare(
                RecordRow.INSERT + String.join(", ", Collections.nCopies(ROWS_PER_STATEMENT, RecordRow.PARAMETERS)));
        one = connection.prepare(RecordRow.INSERT + RecordRow.PARAMETERS);
    }

    void add(RecordRow row) throws SQLException {
        waiting.add(row);
        if (waiting.size() == ROWS_PER_STATEMENT) {
            int parameter = 1;
            for (RecordRow next : waiting) {
                parameter = next.set(many, parameter);
            }
            many.executeUpdate();
            waiting.clear();
        }
    }

    /** Inserts what {@link #add} has not inserted yet. */
    void finish() throws SQLException {
        for (RecordRow row : waiting) {
            row.set(one, 1);
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
}
