import java.io.StringReader;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntConsumer;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

/**
 * PostgreSQL, by pgjdbc, which waits for each answer: as many connections as appends under way. In bulk and in batches by
 * COPY, which is quicker than an INSERT of many rows, and single rows by a prepared INSERT. A follower is woken by NOTIFY,
 * and has one connection before it, which waits for each commit: it would miss rows that are committed in another order
 * than that of their keys.
 */
class PostgresPeer implements Peer {

    private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);
    private static final String COLUMNS = "report (source, status, info)";

    private final String url;

    PostgresPeer(int port) throws SQLException {
        url = "jdbc:postgresql://127.0.0.1:" + port + "/postgres";
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "CREATE TABLE IF NOT EXISTS report (position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
                            + " source text NOT NULL, status smallint NOT NULL, info text NOT NULL,"
                            + " recorded_at timestamptz NOT NULL DEFAULT now())");
        }
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(url, "postgres", "");
    }

    @Override
    public List<Load> loads() {
        return List.of(
                new Load("bulk", 50_000, 2, 1, this::copy),
                new Load("batches", 100, 8, 1, this::copy),
                new Load("single", 1, 256, 1, this::lane));
    }

    private Lane copy() throws SQLException {
        Connection connection = connect();
        CopyManager copy = connection.unwrap(PGConnection.class).getCopyAPI();
        String row = SOURCE + "\t" + STATUS + "\t" + INFO + "\n";
        return Lane.on(connection, reports -> {
            copy.copyIn("COPY " + COLUMNS + " FROM STDIN", new StringReader(row.repeat(reports)));
            return DONE;
        });
    }

    @Override
    public Lane lane() throws SQLException {
        Connection connection = connect();
        PreparedStatement insert = connection.prepareStatement("INSERT INTO " + COLUMNS + " VALUES (?, ?, ?)");
        insert.setString(1, SOURCE);
        insert.setInt(2, STATUS);
        insert.setString(3, INFO);
        return Lane.on(connection, reports -> {
            for (int i = 0; i < reports; i++) {
                insert.executeUpdate();
            }
            return DONE;
        });
    }

    @Override
    public void replay(int reports) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false); // or the driver would fetch everything at once
            statement.setFetchSize(10_000);
            ResultSet rows = statement.executeQuery(
                    "SELECT position, source, status, info FROM report" + " ORDER BY position LIMIT " + reports);
            int read = 0;
            long content = 0; // uses every value
            while (rows.next()) {
                content += rows.getLong(1)
                        + rows.getString(2).length()
                        + rows.getInt(3)
                        + rows.getString(4).length();
                read++;
            }
            if (read != reports || content == 0) {
                throw new IllegalStateException("expected " + reports + " rows, got " + read);
            }
        }
    }

    @Override
    public void follow(IntConsumer arrived) throws SQLException {
        Connection connection = connect();
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS"
                    + " 'BEGIN NOTIFY report; RETURN NULL; END'");
            statement.execute("CREATE TRIGGER tell AFTER INSERT ON report EXECUTE FUNCTION tell()");
            statement.execute("LISTEN report");
        }
        PreparedStatement select =
                connection.prepareStatement("SELECT position, source, status, info FROM report WHERE position > ?"
                        + " ORDER BY position LIMIT 1000");
        long head = count("max(position)");
        Thread follower = new Thread(() -> follow(connection, select, head, arrived));
        follower.setDaemon(true);
        follower.start();
    }

    private static void follow(Connection connection, PreparedStatement select, long head, IntConsumer arrived) {
        try {
            long position = head;
            while (true) {
                connection.unwrap(PGConnection.class).getNotifications(1_000);
                select.setLong(1, position);
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        position = rows.getLong(1);
                        arrived.accept(1);
                    }
                }
            }
        } catch (SQLException problem) {
            throw new IllegalStateException(problem);
        }
    }

    @Override
    public long stored() throws SQLException {
        return count("count(*)");
    }

    private long count(String expression) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT " + expression + " FROM report")) {
            row.next();
            return row.getLong(1);
        }
    }
}
