package dev.waystate.statelog.view;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Inserts records, many with one statement: running a statement costs as much as several of its rows. A row costs mostly
 * what its parameters cost to be set. So what all rows of a statement have in common is one parameter for all of them. What
 * is left over at the end goes in one by one.
 */
final class RecordInserts implements AutoCloseable {

    /** Twice as many gain little more. */
    private static final int ROWS_PER_STATEMENT = 32;

    private final WriterConnection connection;

    /** By the columns that the rows have in common, as a set of bits. */
    private final Map<Integer, PreparedStatement> many = new HashMap<>();

    private final PreparedStatement one;

    // Rows of successive positions.
    private final List<Object[]> waiting = new ArrayList<>(ROWS_PER_STATEMENT);
    private long firstPosition;
    private int common;

    RecordInserts(WriterConnection connection) throws SQLException {
        this.connection = connection;
        one = connection.prepare(insert(1, 0));
    }

    void add(RecordRow row) throws SQLException {
        Object[] values = row.values();
        if (waiting.isEmpty()) {
            firstPosition = row.position();
            common = (1 << values.length) - 1;
        } else {
            common &= inCommon(waiting.get(0), values);
        }
        waiting.add(values);
        if (waiting.size() == ROWS_PER_STATEMENT) {
            insertAll();
            waiting.clear();
        }
    }

    private static int inCommon(Object[] values, Object[] others) {
        int common = 0;
        for (int column = 0; column < values.length; column++) {
            if (Objects.equals(values[column], others[column])) {
                common |= 1 << column;
            }
        }
        return common;
    }

    private void insertAll() throws SQLException {
        PreparedStatement insert = many.get(common);
        if (insert == null) {
            insert = connection.prepare(insert(ROWS_PER_STATEMENT, common));
            many.put(common, insert);
        }
        insert.setLong(1, firstPosition);
        int parameter = set(insert, 2, waiting.get(0), common);
        for (Object[] values : waiting) {
            parameter = set(insert, parameter, values, ~common);
        }
        insert.executeUpdate();
    }

    /** Inserts what {@link #add} has not inserted yet. */
    void finish() throws SQLException {
        for (Object[] values : waiting) {
            one.setLong(1, firstPosition++);
            set(one, 2, values, ~0);
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
        for (PreparedStatement insert : many.values()) {
            insert.close();
        }
        one.close();
    }

    /** The first parameter is the position of the first row, then come those of all rows, then those of each. */
    private static String insert(int rows, int common) {
        StringBuilder sql = new StringBuilder("INSERT INTO record (" + RecordRow.INSERTED + ") VALUES ");
        int columns = RecordRow.INSERTED.split(",").length - 1;
        int parameter = 2 + Integer.bitCount(common);
        for (int row = 0; row < rows; row++) {
            int shared = 2;
            sql.append(row == 0 ? "(?1" : ", (?1 + " + row);
            for (int column = 0; column < columns; column++) {
                boolean isShared = (common & 1 << column) != 0;
                sql.append(", ?").append(isShared ? shared++ : parameter++);
            }
            sql.append(')');
        }
        return sql.toString();
    }

    /** Sets the values of some columns from a parameter on and returns the parameter after them. */
    private static int set(PreparedStatement insert, int first, Object[] values, int columns) throws SQLException {
        int parameter = first;
        for (int column = 0; column < values.length; column++) {
            if ((columns & 1 << column) != 0) {
                insert.setObject(parameter++, values[column]);
            }
        }
        return parameter;
    }
}
