import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;

/** The limit for a replay: a plain JDBC select of the same rows and columns, by one statement. */
class JdbcSelect {

    private static final String SELECT = "SELECT position, sequence, status, info, reported_at, recorded_at,"
            + " (SELECT name FROM source WHERE id = source_id) FROM record WHERE position > 0 ORDER BY position LIMIT ";

    /** Arguments: the log's file, and how many rows. Prints rows/s. */
    public static void main(String[] args) throws Exception {
        long rows = Long.parseLong(args[1]);
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + args[0])) {
            select(connection, rows / 4); // warms up
            long start = System.nanoTime();
            long read = select(connection, rows);
            if (read != rows) {
                throw new IllegalStateException("expected " + rows + " rows, got " + read);
            }
            System.out.printf("%.0f%n", rows * 1e9 / (System.nanoTime() - start));
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
