import java.io.File;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;

/** A peer of a replay: a plain JDBC select of as many reports from a table with one row a report, by one statement. */
class JdbcSelect {

    private static final String SELECT = "SELECT position, sequence, status, info, reported_at, recorded_at,"
            + " (SELECT name FROM source WHERE id = source_id) FROM record WHERE position > 0 ORDER BY position LIMIT ";

    private static final String CREATE = "CREATE TABLE record (position INTEGER PRIMARY KEY,"
            + " source_id INTEGER NOT NULL, sequence INTEGER NOT NULL, status INTEGER NOT NULL, info TEXT NOT NULL,"
            + " reported_at INTEGER, recorded_at INTEGER NOT NULL) STRICT";

    private static final String FILL = "WITH RECURSIVE rows(position) AS (SELECT 1 UNION ALL SELECT position + 1 FROM"
            + " rows LIMIT %d) INSERT INTO record SELECT position, 1, position, 2, 'Requires watering.',"
            + " NULL, 1700000000000000000 + position FROM rows";

    /**
     * Arguments: a file that is made with the rows unless it is there, how many rows, and for how many milliseconds to warm
     * up. Prints rows/s.
     */
    public static void main(String[] args) throws Exception {
        long rows = Long.parseLong(args[1]);
        boolean filled = new File(args[0]).exists();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + args[0])) {
            if (!filled) {
                fill(connection, rows);
            }
            long warm = System.nanoTime() + Long.parseLong(args[2]) * 1_000_000;
            while (System.nanoTime() < warm) {
                select(connection, rows);
            }
            long start = System.nanoTime();
            long read = select(connection, rows);
            if (read != rows) {
                throw new IllegalStateException("expected " + rows + " rows, got " + read);
            }
            System.out.printf("%.0f%n", rows * 1e9 / (System.nanoTime() - start));
        }
    }

    private static void fill(Connection connection, long rows) throws Exception {
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE source (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT");
            statement.execute("INSERT INTO source VALUES (1, 'cow-7')");
            statement.execute(CREATE);
            statement.execute(String.format(FILL, rows));
        }
    }

    private static long select(Connection connection, long limit) throws Exception {
        long read = 0;
        long content = 0; // uses every value
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(SELECT + limit)) {
            while (row.next()) {
                content += row.getLong(1) + row.getLong(2) + row.getInt(3) + row.getLong(5) + row.getLong(6);
                content += row.getString(4).length() + row.getString(7).length();
                read++;
            }
        }
        return content == 0 ? 0 : read;
    }
}
