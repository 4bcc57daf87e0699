package dev.waystate.statelog.view;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Inserts records, many with one statement: running a statement costs as much as several of its rows. A row costs mostly
 * what its parameters cost to be set. So there is one parameter for all rows of a statement where they have a value in
 * common, or one that counts up with them, as the sequences of a batch do. What is left over at the end goes in one by one.
 */
final class RecordInserts implements AutoCloseable {

    /** Twice as many gain little more. */
    private static final int ROWS_PER_STATEMENT = 32;

    /** A fleet needs a few. Each takes some tens of kilobytes. */
    private static final int MOST_STATEMENTS = 64;

    /**
     * Which parameters the rows of a statement share, as sets of bits: one for each of {@link RecordRow#VALUES}.
     *
     * @param equal all rows have this value
     * @param counting each row has a value one above that of the row before
     */
    private record Shape(int equal, int counting) {

        boolean shares(int value) {
            return ((equal | counting) & 1 << value) != 0;
        }

        boolean counts(int value) {
            return (counting & 1 << value) != 0;
        }

        int shared() {
            return Integer.bitCount(equal | counting);
        }
    }

    private static final Shape NOTHING_SHARED = new Shape(0, 0);

    private final WriterConnection connection;
    private final Map<Shape, PreparedStatement> many = new LinkedHashMap<>(16, 0.75f, true);
    private final PreparedStatement one;

    // Rows of successive positions.
    private final List<Object[]> waiting = new ArrayList<>(ROWS_PER_STATEMENT);
    private long firstPosition;
    private int equal;
    private int counting;

    RecordInserts(WriterConnection connection) throws SQLException {
        this.connection = connection;
        one = connection.prepare(insert(1, NOTHING_SHARED));
    }

    void add(RecordRow row) throws SQLException {
        Object[] values = row.values();
        if (waiting.isEmpty()) {
            firstPosition = row.position();
            equal = counting = (1 << values.length) - 1;
        } else {
            compare(waiting.get(0), values);
        }
        waiting.add(values);
        if (waiting.size() == ROWS_PER_STATEMENT) {
            insertAll();
            waiting.clear();
        }
    }

    /** Compares a row that is added with the first one. */
    private void compare(Object[] first, Object[] added) {
        for (int value = 0; value < added.length; value++) {
            if (!Objects.equals(first[value], added[value])) {
                equal &= ~(1 << value);
            }
            boolean counts =
                    first[value] instanceof Long from && added[value] instanceof Long to && to - from == waiting.size();
            if (!counts) {
                counting &= ~(1 << value);
            }
        }
    }

    private void insertAll() throws SQLException {
        Shape shape = new Shape(equal, counting);
        PreparedStatement insert = statement(shape);
        insert.setLong(1, firstPosition);
        int parameter = set(insert, 2, waiting.get(0), shape, true);
        for (Object[] values : waiting) {
            parameter = set(insert, parameter, values, shape, false);
        }
        insert.executeUpdate();
    }

    private PreparedStatement statement(Shape shape) throws SQLException {
        PreparedStatement insert = many.get(shape);
        if (insert == null) {
            if (many.size() == MOST_STATEMENTS) {
                Shape longestUnused = many.keySet().iterator().next();
                many.remove(longestUnused).close();
            }
            insert = connection.prepare(insert(ROWS_PER_STATEMENT, shape));
            many.put(shape, insert);
        }
        return insert;
    }

    /** Inserts what {@link #add} has not inserted yet. */
    void finish() throws SQLException {
        for (Object[] values : waiting) {
            one.setLong(1, firstPosition++);
            set(one, 2, values, NOTHING_SHARED, false);
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
    private static String insert(int rows, Shape shape) {
        StringBuilder sql = new StringBuilder("INSERT INTO record (" + RecordRow.INSERTED + ") VALUES ");
        int own = 2 + shape.shared();
        for (int row = 0; row < rows; row++) {
            int shared = 2;
            sql.append(row == 0 ? "(" : ", (").append("?1 + ").append(row);
            for (int value = 0; value < RecordRow.VALUES.size(); value++) {
                String parameter = "?" + (shape.shares(value) ? shared++ : own++);
                String expression = shape.counts(value) ? "(" + parameter + " + " + row + ")" : parameter;
                sql.append(", ").append(RecordRow.VALUES.get(value).replace("?", expression));
            }
            sql.append(')');
        }
        return sql.toString();
    }

    /** Sets the shared values of a row from a parameter on, or the others, and returns the parameter after them. */
    private static int set(PreparedStatement insert, int first, Object[] values, Shape shape, boolean shared)
            throws SQLException {
        int parameter = first;
        for (int value = 0; value < values.length; value++) {
            if (shape.shares(value) == shared) {
                insert.setObject(parameter++, values[value]);
            }
        }
        return parameter;
    }
}
