package dev.waystate.statelog.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.waystate.geometry.Point;
import dev.waystate.statelog.DamagedRecordException;
import dev.waystate.statelog.Report;
import dev.waystate.statelog.StateRecord;
import dev.waystate.statelog.backup.LogBackup;
import dev.waystate.statelog.file.UnusableFileException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A log whose records have a row each becomes one of blocks. */
class BlockMigrationTests {

    /** More than one step of the migration. */
    private static final int RECORDS = 25_000;

    private static final int UNLINKED = 100;
    private static final long TIME = 1_700_000_000_000_000_000L;

    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void fill() throws Exception {
        file = directory.resolve("log.db");
        Flyway.configure()
                .dataSource("jdbc:sqlite:" + file, null, null)
                .locations("classpath:db/migration/sqlite")
                .target("4")
                .load()
                .migrate();
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                PreparedStatement insert =
                        connection.prepareStatement("INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
            connection.setAutoCommit(false);
            statement.execute("INSERT INTO source (id, name) VALUES (1, 'cow'), (2, 'größer')");
            for (int i = 0; i < RECORDS; i++) {
                set(insert, expected(i + 1));
                insert.executeUpdate();
            }
            statement.execute("UPDATE bounds SET head = " + RECORDS);
            connection.commit();
        }
    }

    private static StateRecord expected(long position) {
        return new StateRecord(
                position,
                position % 2 == 0 ? "cow" : "größer",
                position % 3 == 0 ? 0 : position,
                (int) position % 5 - 2,
                "info " + "ä".repeat((int) position % 40),
                position % 2 == 0 ? null : Instant.ofEpochSecond(position, position),
                Timestamps.fromNanos(TIME + position / 7),
                position % 5 != 0 || position <= UNLINKED ? null : new Point((int) position, (int) -position));
    }

    private static void set(PreparedStatement insert, StateRecord record) throws SQLException {
        long previous = record.position() <= UNLINKED ? RecordRow.UNLINKED : record.position() - 2;
        RecordRow row = RecordRow.of(
                sourceBefore(record.source(), previous),
                record.position(),
                record.sequence(),
                new Report(record.status(), record.info(), record.reportedAt(), record.location()),
                Timestamps.toNanos(record.recordedAt()));
        Checksum checksum = new Checksum();
        insert.setLong(1, row.position());
        insert.setLong(2, row.sourceId());
        insert.setLong(3, row.sequence());
        insert.setInt(4, row.status());
        insert.setString(5, row.info());
        insert.setObject(6, record.reportedAt() == null ? null : row.reportedAt());
        insert.setLong(7, row.recordedAt());
        insert.setInt(8, row.begin(checksum).of(record.source(), row.info()));
        insert.setObject(9, previous == RecordRow.UNLINKED ? null : previous);
        insert.setObject(10, row.location() == null ? null : row.location().x());
        insert.setObject(11, row.location() == null ? null : row.location().y());
    }

    private static SourceRow sourceBefore(String name, long position) {
        SourceRow source = new SourceRow(name.equals("cow") ? 1 : 2, name);
        source.position = position;
        return source;
    }

    @Test
    void recordsStayWhatTheyAreAndTakeLessRoom() throws Exception {
        long before = Files.size(file);
        try (LogView view = open()) {
            List<StateRecord> read = Tables.records(view, 0);
            assertThat(read).hasSize(RECORDS);
            for (StateRecord record : read) {
                assertThat(record).isEqualTo(expected(record.position()));
            }
            assertThat(links(view)).containsExactlyElementsOf(expectedLinks());
        }
        assertThat(Files.size(file)).as("the file does not grow").isLessThan(before + 256 * 1024);
        execute("VACUUM");
        assertThat(Files.size(file)).isLessThan(before * 9 / 10);
    }

    private List<Long> links(LogView view) throws SQLException {
        List<Long> links = new ArrayList<>();
        try (Connection connection = connect();
                RecordScan scan = new RecordScan(connection, 1, view.head())) {
            while (scan.next()) {
                links.add(scan.record().previous());
            }
        }
        return links;
    }

    private static List<Long> expectedLinks() {
        List<Long> links = new ArrayList<>();
        for (long position = 1; position <= RECORDS; position++) {
            links.add(position <= UNLINKED ? RecordRow.UNLINKED : position - 2);
        }
        return links;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE record SET info = 'another' WHERE position = 12345",
                "UPDATE record SET status = status + 1 WHERE position = 12345",
                "UPDATE record SET recorded_at = 0 WHERE position = 12345",
                "UPDATE record SET sequence = -1 WHERE position = 12345",
                "UPDATE record SET previous = position WHERE position = 12345",
                "UPDATE record SET x = 1 << 40 WHERE position = 12345",
                "UPDATE record SET previous = NULL WHERE position = 12345",
                "UPDATE record SET source_id = 99 WHERE position = 12345",
                "UPDATE record SET source_id = 3 - source_id WHERE position = 12345",
                "UPDATE record SET checksum = checksum + 1 WHERE position = 12345",
                "DELETE FROM record WHERE position = 12345"
            })
    void aDamagedRowBecomesADamagedRecord(String damage) throws Exception {
        execute(damage);
        try (LogView view = open()) {
            assertThat(Tables.records(view, 0)).hasSize(12_344);
            assertThatThrownBy(() -> Tables.records(view, 12_344))
                    .isInstanceOfSatisfying(
                            DamagedRecordException.class,
                            damaged -> assertThat(damaged.position()).isEqualTo(12_345));
            assertThat(Tables.records(view, 12_345))
                    .hasSize(RECORDS - 12_345)
                    .first()
                    .isEqualTo(expected(12_346));
        }
    }

    /** No checksum has the location of such a record. */
    @Test
    void aLocationThatCameToARecordOfTheTimeBeforeLinksDamagesThatOne() throws Exception {
        execute("UPDATE record SET x = 1, y = 2 WHERE position = 50");
        try (LogView view = open()) {
            assertThat(Tables.records(view, 0)).hasSize(49);
            assertThatThrownBy(() -> Tables.records(view, 49)).isInstanceOf(DamagedRecordException.class);
            assertThat(Tables.records(view, 50)).hasSize(RECORDS - 50);
        }
    }

    @Test
    void aLogWithAPageThatCannotBeReadIsRefusedAndStaysAsItWas() throws Exception {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet page = statement.executeQuery("SELECT pgoffset, pgsize FROM dbstat"
                        + " WHERE name = 'record' AND pagetype = 'leaf' ORDER BY path LIMIT 1 OFFSET 150");
                RandomAccessFile content = new RandomAccessFile(file.toFile(), "rw")) {
            content.seek(page.getLong(1));
            content.write(new byte[page.getInt(2)]);
        }
        assertThatThrownBy(this::open)
                .isInstanceOf(UnusableFileException.class)
                .hasMessageContaining("Restore the file from a backup");
        assertThat(tables()).contains("record").doesNotContain("block");
    }

    @Test
    void aFileSystemWithoutRoomForTheWriteAheadLogIsRefused() throws Exception {
        long room = Files.getFileStore(file).getUsableSpace();
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(room * 2);
        }
        assertThatThrownBy(this::open)
                .isInstanceOf(UnusableFileException.class)
                .hasMessageContaining("Expected " + room * 2 + " bytes of free disk");
        assertThat(tables()).contains("record").doesNotContain("block");
    }

    private List<String> tables() throws SQLException {
        List<String> names = new ArrayList<>();
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT name FROM sqlite_schema WHERE type = 'table'")) {
            while (row.next()) {
                names.add(row.getString(1));
            }
        }
        return names;
    }

    @Test
    void aMigrationThatIsCutShortLeavesTheLogAsItWas() throws Exception {
        execute("CREATE TRIGGER cut BEFORE DELETE ON record WHEN old.position = 20000"
                + " BEGIN SELECT raise(FAIL, 'cut'); END");
        assertThatThrownBy(this::open).hasStackTraceContaining("cut");
        execute("DROP TRIGGER cut");
        assertThat(count("record")).isEqualTo(RECORDS);
        try (LogView view = open()) {
            assertThat(Tables.records(view, 0)).hasSize(RECORDS);
        }
    }

    @Test
    void aLogOfRowsIsBackedUpAsItIs() throws Exception {
        Path copy = directory.resolve("copy.db");
        assertThat(LogBackup.copy(file, copy)).isEqualTo(RECORDS);
        try (LogView view = LogView.open(copy, 1)) {
            assertThat(Tables.records(view, 0)).hasSize(RECORDS);
        }
    }

    private LogView open() {
        return LogView.open(file, 1);
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private long count(String table) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            return statement.executeQuery("SELECT count(*) FROM " + table).getLong(1);
        }
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + file);
    }
}
