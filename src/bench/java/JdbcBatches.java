import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.Statement;
import java.sql.Types;

/**
 * The limit for a table with one row a report: plain JDBC batches into SQLite, which is synced as the state log is. The log
 * itself keeps blocks of records.
 */
class JdbcBatches {

    /** Arguments: the file to create, for how many milliseconds, and how many rows in a transaction. Prints rows/s. */
    public static void main(String[] args) throws Exception {
        Path file = Path.of(args[0]);
        long millis = Long.parseLong(args[1]);
        int batch = Integer.parseInt(args[2]);
        for (String suffix : new String[] {"", "-wal", "-shm"}) {
            Files.deleteIfExists(Path.of(file + suffix));
        }
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
            long warm = insert(connection, 0, millis / 2, batch);
            long start = System.nanoTime();
            long rows = insert(connection, warm, millis, batch) - warm;
            System.out.printf("%.0f%n", rows * 1e9 / (System.nanoTime() - start));
        }
    }

    /** Inserts for a while after a position, and returns the last one. */
    private static long insert(Connection connection, long after, long millis, int batch) throws Exception {
        long deadline = System.nanoTime() + millis * 1_000_000;
        long position = after;
        try (PreparedStatement insert =
                connection.prepareStatement("INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?)")) {
            while (System.nanoTime() < deadline) {
                for (int i = 0; i < batch; i++) {
                    insert.setLong(1, ++position);
                    insert.setLong(2, 1);
                    insert.setLong(3, 0);
                    insert.setInt(4, 2);
                    insert.setString(5, "Requires watering.");
                    insert.setNull(6, Types.BIGINT);
                    insert.setLong(7, System.currentTimeMillis() * 1_000_000);
                    insert.setInt(8, (int) position);
                    insert.addBatch();
                }
                insert.executeBatch();
                connection.commit();
            }
        }
        return position;
    }
}
