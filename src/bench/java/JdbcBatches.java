import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.Statement;

/**
 * The limit for a durable log in SQLite: plain JDBC batches into a table like that of the state log, with the same
 * settings, and nothing else. Prints rows a second.
 */
class JdbcBatches {

    /** Arguments: the file to create, how many rows, and how many of them in a transaction. */
    public static void main(String[] args) throws Exception {
        Path file = Path.of(args[0]);
        int rows = Integer.parseInt(args[1]);
        int batch = Integer.parseInt(args[2]);
        Files.deleteIfExists(file);
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file)) {
            try (Statement statement = connection.createStatement()) {
                statement.execute("PRAGMA journal_mode = WAL");
                statement.execute("PRAGMA synchronous = FULL");
                statement.execute("PRAGMA cache_size = -16384");
                statement.execute("CREATE TABLE record (position INTEGER PRIMARY KEY, source_id INTEGER NOT NULL,"
                        + " sequence INTEGER NOT NULL, status INTEGER NOT NULL, info TEXT NOT NULL,"
                        + " reported_at INTEGER, recorded_at INTEGER NOT NULL, checksum INTEGER NOT NULL) STRICT");
            }
            connection.setAutoCommit(false);
            insert(connection, 0, rows / 4, batch); // warms up
            long start = System.nanoTime();
            insert(connection, rows / 4, rows, batch);
            System.out.printf("%.0f%n", rows * 1e9 / (System.nanoTime() - start));
        }
    }

    private static void insert(Connection connection, long after, int rows, int batch) throws Exception {
        try (PreparedStatement insert =
                connection.prepareStatement("INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?)")) {
            for (int i = 1; i <= rows; i++) {
                insert.setLong(1, after + i);
                insert.setLong(2, 1);
                insert.setLong(3, 0);
                insert.setInt(4, 2);
                insert.setString(5, "Requires watering.");
                insert.setNull(6, java.sql.Types.BIGINT);
                insert.setLong(7, System.currentTimeMillis() * 1_000_000);
                insert.setInt(8, i);
                insert.addBatch();
                if (i % batch == 0 || i == rows) {
                    insert.executeBatch();
                    connection.commit();
                }
            }
        }
    }
}
