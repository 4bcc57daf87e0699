package dev.waystate.statelog.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;

import dev.waystate.geometry.Point;
import dev.waystate.statelog.Batch;
import dev.waystate.statelog.DamagedRecordException;
import dev.waystate.statelog.Report;
import dev.waystate.statelog.StateRecord;
import dev.waystate.statelog.entry.Entry;
import dev.waystate.statelog.entry.Session;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mockito.AdditionalAnswers;

/** Records in blocks: what they say, where a block ends, and what becomes of a byte that changes. */
class BlockTests {

    @TempDir
    Path directory;

    private final Session session = new Session();
    private long time = 1_700_000_000_000_000_000L;

    @Test
    void recordsAreReadAsTheyWereWritten() throws Exception {
        Random random = new Random(1);
        List<Report> reports = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            reports.add(new Report(
                    random.nextInt(),
                    random.nextInt(20) == 0 ? "größer ".repeat(random.nextInt(1_000)) : "grazes",
                    random.nextBoolean() ? null : Instant.ofEpochSecond(random.nextInt(), random.nextInt(1_000)),
                    random.nextBoolean() ? null : new Point(random.nextInt(), random.nextInt())));
        }
        try (LogView view = open()) {
            for (int i = 0; i < reports.size(); i += 10) {
                append(view, "s" + random.nextInt(300), reports.subList(i, i + 10));
            }
            List<StateRecord> records = Tables.records(view, 0);
            assertThat(records)
                    .extracting(record ->
                            new Report(record.status(), record.info(), record.reportedAt(), record.location()))
                    .isEqualTo(reports);
            for (long position : new long[] {1, 499, 998, 999}) {
                assertThat(Tables.records(view, position)).isEqualTo(records.subList((int) position, 1_000));
            }
        }
    }

    @Test
    void aBlockTakesAPageAndARecordThatIsLongerHasOneForItself() throws Exception {
        try (LogView view = open()) {
            for (int i = 0; i < 1_000; i++) {
                append(view, "cow", List.of(new Report(1, "Requires watering.", null)));
            }
            append(view, "cow", List.of(new Report(1, "x".repeat(10_000), null), new Report(1, "", null)));
        }
        List<Block> blocks = blocks();
        assertThat(blocks.get(0).data()).hasSizeBetween(Block.MOST_BYTES - 40, Block.MOST_BYTES);
        assertThat(blocks.get(0).records()).isGreaterThan(100);
        assertThat(blocks).extracting(Block::first, Block::records).endsWith(tuple(1_001L, 1), tuple(1_002L, 1));
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet pages = statement.executeQuery(
                        "SELECT count(*) FROM dbstat WHERE name = 'block' AND pagetype = 'leaf'")) {
            assertThat(pages.getInt(1)).as("leaf pages").isLessThanOrEqualTo(blocks.size());
        }
    }

    @Test
    void aBlockGoesOnAfterARestartAndAfterATransactionThatWasTakenBack() throws Exception {
        try (LogView view = open()) {
            append(view, "cow", List.of(new Report(1, "one", null)));
            view.begin();
            apply(view, "cow", List.of(new Report(1, "taken back ".repeat(1_000), null)));
            view.rollBack();
            append(view, "cow", List.of(new Report(1, "two", null)));
        }
        try (LogView view = open()) {
            append(view, "cow", List.of(new Report(1, "three", null)));
            assertThat(Tables.records(view, 0)).extracting(StateRecord::info).containsExactly("one", "two", "three");
        }
        assertThat(blocks()).extracting(Block::records).containsExactly(3);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 1})
    void nothingIsAddedToABlockThatDoesNotEndWithItsLastRecord(int moreBytes) throws Exception {
        try (LogView view = open()) {
            append(view, "cow", List.of(new Report(1, "one", null), new Report(1, "two", null)));
        }
        byte[] data = blocks().get(0).data();
        try (Connection connection = connect();
                PreparedStatement update = connection.prepareStatement("UPDATE block SET data = ?")) {
            replaceData(update, Arrays.copyOf(data, data.length + moreBytes));
        }
        try (LogView view = open()) {
            append(view, "cow", List.of(new Report(1, "three", null)));
            assertThat(Tables.records(view, 2)).extracting(StateRecord::info).containsExactly("three");
        }
        assertThat(blocks()).extracting(Block::first, Block::records).containsExactly(tuple(1L, 2), tuple(3L, 1));
    }

    @Test
    void recordAheadOfOneThatCannotBeMadeOutIsFound() throws Exception {
        try (LogView view = open()) {
            append(view, "cow", List.of(new Report(1, "one", null), new Report(1, "two", null)));
        }
        byte[] data = blocks().get(0).data();
        try (Connection connection = connect();
                PreparedStatement update = connection.prepareStatement("UPDATE block SET data = ?");
                RecordFinder finder = new RecordFinder(connection, new SourceName.Cache())) {
            replaceData(update, Arrays.copyOf(data, data.length - 1));
            assertThat(finder.positionsUpTo(1, 1)).containsExactly(1L);
            for (long position :
                    new long[] {2, 3}) { // the record at 3 is missing, and the one at 2 may be of the source
                assertThatThrownBy(() -> finder.positionsUpTo(position, 1))
                        .isInstanceOfSatisfying(
                                DamagedRecordException.class,
                                damaged -> assertThat(damaged.position()).isEqualTo(position));
            }
            assertThat(finder.find(1).toRecord().info()).isEqualTo("one");
            assertThatThrownBy(() -> finder.find(2)).isInstanceOf(DamagedRecordException.class);
        }
    }

    @Test
    void aBlockThatSaysItHasMoreRecordsHidesNoneOfTheNext() throws Exception {
        try (LogView view = open()) {
            append(view, "cow", List.of(new Report(1, "one", null), new Report(1, "x".repeat(5_000), null)));
        }
        execute("UPDATE block SET records = 7 WHERE position = 1");
        try (Connection connection = connect();
                RecordFinder finder = new RecordFinder(connection, new SourceName.Cache())) {
            assertThat(finder.find(1).toRecord().info()).isEqualTo("one");
            assertThat(finder.find(2).toRecord().info()).hasSize(5_000);
            assertThatThrownBy(() -> finder.find(3)).isInstanceOf(DamagedRecordException.class);
        }
    }

    @Test
    void aWriterThatCouldNotReadTheLastBlockReadsItLater() throws Exception {
        try (LogView view = open()) {
            append(view, "cow", List.of(new Report(1, "one", null)));
        }
        try (Connection connection = connect();
                BlockWriter writer = new BlockWriter(failingOnce(connection))) {
            assertThatThrownBy(() -> writer.add(second(), "cow")).hasMessage("once");
            writer.add(second(), "cow");
            writer.finish();
        }
        assertThat(blocks()).extracting(Block::records).containsExactly(2);
    }

    @Test
    void aWriterReadsTheLastBlockAnewAfterATransactionThatWasTakenBack() throws Exception {
        try (LogView view = open()) {
            append(view, "cow", List.of(new Report(1, "one", null)));
        }
        try (Connection connection = connect();
                BlockWriter writer = new BlockWriter(connection)) {
            writer.add(second(), "cow");
            writer.finish();
            execute("DELETE FROM block"); // as if an error came before anything was noted of the transaction
            writer.discard();
            writer.add(second(), "cow");
            writer.finish();
        }
        assertThat(blocks()).extracting(Block::first, Block::records).containsExactly(tuple(2L, 1));
    }

    /** Returns a connection whose first query fails. */
    private static Connection failingOnce(Connection connection) throws SQLException {
        Connection failing = mock(Connection.class, AdditionalAnswers.delegatesTo(connection));
        doAnswer(prepare -> {
                    PreparedStatement real = connection.prepareStatement(prepare.getArgument(0));
                    PreparedStatement statement = mock(PreparedStatement.class, AdditionalAnswers.delegatesTo(real));
                    doThrow(new SQLException("once"))
                            .doAnswer(query -> real.executeQuery())
                            .when(statement)
                            .executeQuery();
                    return statement;
                })
                .when(failing)
                .prepareStatement(anyString());
        return failing;
    }

    private static RecordRow second() {
        return RecordRow.of(new SourceRow(1, "cow"), 2, 0, new Report(1, "two", null), 1);
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whateverByteOfABlockChangesNoRecordIsEverReturnedThatWasNotWritten(boolean linked) throws Exception {
        List<StateRecord> written;
        try (LogView view = open();
                Connection connection = connect();
                Statement statement = connection.createStatement();
                PreparedStatement update = connection.prepareStatement("UPDATE block SET data = ?")) {
            statement.execute("PRAGMA synchronous = OFF"); // for speed
            append(view, "cow", List.of(new Report(1, "one", Instant.EPOCH), new Report(2, "two", null)));
            append(
                    view,
                    "dog",
                    List.of(new Report(3, "", null, linked ? new Point(-5, 7) : null), new Report(3, "four", null)));
            append(view, "cow", List.of(new Report(1, "five", null)));
            if (!linked) {
                unlink(connection);
            }
            written = Tables.records(view, 0);
            byte[] data = blocks().get(0).data();
            int reported = 0;
            for (int at = 0; at < data.length; at++) {
                for (int bit = 0; bit < 8; bit++) {
                    byte[] damaged = data.clone();
                    damaged[at] ^= (byte) (1 << bit);
                    replaceData(update, damaged);
                    reported += assertPrefix(view, written);
                }
            }
            assertThat(reported).isEqualTo(8 * data.length);
            for (int length = 0; length < data.length; length++) {
                replaceData(update, Arrays.copyOf(data, length));
                assertThat(assertPrefix(view, written)).isEqualTo(1);
            }
            replaceData(update, data);
            assertThat(assertPrefix(view, written)).as("control").isZero();
        }
    }

    @Test
    void aFullCacheKeepsItsNamesAndTheOthersAreLookedUpByOneStatement() throws Exception {
        try (LogView view = open()) {
            for (String source : List.of("a", "b", "c", "d")) {
                append(view, source, List.of(new Report(1, "", null)));
            }
        }
        SourceName.Cache cache = new SourceName.Cache(400); // two names
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            assertThat(names(cache, connection)).containsExactly("a", "b", "c", "d");
            statement.execute("UPDATE source SET name = name || ' anew'"); // tells what is kept from what is read
            Connection counted = mock(Connection.class, AdditionalAnswers.delegatesTo(connection));
            assertThat(names(cache, counted)).containsExactly("a", "b", "c anew", "d anew");
            verify(counted).prepareStatement(anyString());
        }
    }

    private static List<String> names(SourceName.Cache cache, Connection connection) throws SQLException {
        List<String> names = new ArrayList<>();
        try (SourceName.Lookup lookup = cache.on(connection)) {
            for (long id = 1; id <= 4; id++) {
                names.add(lookup.find(id).text());
            }
            assertThat(lookup.find(5)).isNull();
        }
        return names;
    }

    /**
     * Writes the records again as those of the time before records were linked. The bytes behind the third, which has no
     * info, can be taken for the rest of a location and another empty info: its checksum would fit.
     */
    private void unlink(Connection connection) throws SQLException {
        List<StateRecord> records = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                BlockWriter writer = new BlockWriter(connection)) {
            try (RecordScan scan = new RecordScan(connection, 1, Long.MAX_VALUE)) {
                while (scan.next()) {
                    scan.record().isIntact(new SourceName(scan.record().sourceId() == 1 ? "cow" : "dog"));
                    records.add(scan.record().toRecord());
                }
            }
            statement.execute("DELETE FROM block");
            for (StateRecord record : records) {
                int status = record.status();
                while (record.position() == 4 && (checksum(writer, unlinked(record, status)) & 0x80ff0000) != 0) {
                    status++;
                }
                writer.add(unlinked(record, status), record.source());
            }
            writer.finish();
        }
    }

    private static int checksum(BlockWriter writer, RecordRow row) {
        return writer.checksum(row, "dog", row.info().getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void memoryHasRecordsOnlyOnceTheyMayBeRead() throws Exception {
        try (LogView view = open()) {
            append(view, "cow", List.of(new Report(1, "first", null)));
            assertThat(Tables.records(view, 0)).hasSize(1);
            assertThat(view.begin()).isTrue();
            apply(view, "cow", List.of(new Report(1, "second", null)));
            view.commit();
            assertThat(newest(view)).containsExactly("first");
            view.advance();
            assertThat(newest(view)).containsExactly("first", "second");
        }
    }

    @Test
    void memoryHasNothingOfATransactionThatWasTakenBack() throws Exception {
        try (LogView view = open()) {
            append(view, "cow", List.of(new Report(1, "first", null)));
            assertThat(Tables.records(view, 0)).hasSize(1);
            assertThat(view.begin()).isTrue();
            apply(view, "cow", List.of(new Report(1, "lost", null)));
            view.rollBack();
            append(view, "cow", List.of(new Report(1, "second", null)));
            assertThat(newest(view)).containsExactly("first", "second");
        }
    }

    private static List<String> newest(LogView view) {
        List<String> infos = new ArrayList<>();
        view.records()
                .readNewest(
                        0,
                        Integer.MAX_VALUE,
                        stored -> infos.add(stored.toRecord().info()));
        return infos;
    }

    private static RecordRow unlinked(StateRecord record, int status) {
        SourceRow source = new SourceRow(record.source().equals("cow") ? 1 : 2, record.source());
        source.position = RecordRow.UNLINKED;
        Report report = new Report(status, record.info(), record.reportedAt());
        return RecordRow.of(
                source, record.position(), record.sequence(), report, Timestamps.toNanos(record.recordedAt()));
    }

    /** Reads up to the damage, and returns how often it met some. */
    private int assertPrefix(LogView view, List<StateRecord> written) {
        List<StateRecord> intact = new ArrayList<>();
        try {
            intact.addAll(Tables.records(view, 0));
        } catch (DamagedRecordException damaged) {
            assertThat(damaged.position()).isEqualTo(1);
        }
        assertThat(written.subList(0, intact.size())).isEqualTo(intact);
        if (intact.size() == written.size()) {
            return 0;
        }
        assertThatThrownBy(() -> Tables.records(view, intact.size()))
                .isInstanceOfSatisfying(
                        DamagedRecordException.class,
                        damaged -> assertThat(damaged.position()).isEqualTo(intact.size() + 1));
        return 1;
    }

    private LogView open() {
        return LogView.open(directory.resolve("log.db"), 1);
    }

    private void append(LogView view, String source, List<Report> reports) throws Exception {
        assertThat(view.begin()).isTrue();
        apply(view, source, reports);
        view.commit();
        view.advance();
    }

    private void apply(LogView view, String source, List<Report> reports) throws SQLException {
        view.apply(session.next(), new Entry.Append(source, null, Batch.UNNUMBERED, reports), time++);
        session.renew();
    }

    private List<Block> blocks() throws SQLException {
        List<Block> blocks = new ArrayList<>();
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT " + Block.COLUMNS + " FROM block ORDER BY position")) {
            while (row.next()) {
                blocks.add(Block.read(row));
            }
        }
        return blocks;
    }

    private static void replaceData(PreparedStatement update, byte[] data) throws SQLException {
        update.setBytes(1, data);
        update.executeUpdate();
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("log.db"));
    }
}
