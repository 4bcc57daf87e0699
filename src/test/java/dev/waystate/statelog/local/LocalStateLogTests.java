package dev.waystate.statelog.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.spy;

import dev.waystate.geometry.Point;
import dev.waystate.statelog.Appended;
import dev.waystate.statelog.Batch;
import dev.waystate.statelog.DamagedRecordException;
import dev.waystate.statelog.LogUnavailableException;
import dev.waystate.statelog.PrunedPositionException;
import dev.waystate.statelog.Report;
import dev.waystate.statelog.StateLog;
import dev.waystate.statelog.StateLogContract;
import dev.waystate.statelog.StateRecord;
import dev.waystate.statelog.TestHealth;
import dev.waystate.statelog.file.UnusableFileException;
import dev.waystate.statelog.operation.LogHealth;
import dev.waystate.statelog.operation.LogMetrics;
import dev.waystate.statelog.operation.RetentionProperties;
import dev.waystate.statelog.operation.StoreProperties;
import dev.waystate.statelog.view.RecordDamage;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class LocalStateLogTests extends StateLogContract {

    @TempDir
    Path directory;

    private RetentionProperties retention = RetentionProperties.OFF;
    private final TestTimes machine = new TestTimes(Instant.now().plusSeconds(3_600));
    private final TestHealth health = new TestHealth();
    private TimeSources times = TimeSources.SYSTEM;

    @Override
    protected StateLog open() {
        return LocalStateLog.open(
                new StoreProperties(file(), 4, retention), times, health, new LogMetrics(new SimpleMeterRegistry()));
    }

    @Override
    protected void close(StateLog log) {
        ((LocalStateLog) log).close();
    }

    @Test
    void aSecondLogOnTheSameFileIsRefusedWithTheOwner() {
        assertThatThrownBy(this::open)
                .isInstanceOf(UnusableFileException.class)
                .hasMessageContaining(file().toString())
                .hasMessageContaining("process " + ProcessHandle.current().pid())
                .hasMessageContaining("waystate.state-log.file");
    }

    @Test
    void theViewOfAReplicaIsNoLogOfOneProcess() throws SQLException {
        change("INSERT INTO topic VALUES (1, 'cluster', 'topic', 7, 0)");
        close(log);
        assertThatThrownBy(this::open)
                .isInstanceOf(UnusableFileException.class)
                .hasMessageContaining("waystate.state-log.kafka.topic");
        change("DELETE FROM topic");
        log = open();
    }

    @ParameterizedTest
    @EnumSource(RecordDamage.class)
    void aDamagedRecordIsReportedAndNeverReturned(RecordDamage damage) throws SQLException {
        append("a", 1, reports(STARVED, 2));
        append("a", 3, new Report(STARVED, "food", null, new Point(1, 2)));
        append("other", 1, reports(STARVED, 1));
        damage.make(file(), 3);
        assertThat(log.read(0, PAGE_BYTES)).extracting(StateRecord::position).containsExactly(1L, 2L);
        assertThatThrownBy(() -> log.read(2, PAGE_BYTES))
                .isInstanceOfSatisfying(
                        DamagedRecordException.class,
                        damaged -> assertThat(damaged.position()).isEqualTo(3));
        assertThat(log.read(3, PAGE_BYTES)).extracting(StateRecord::position).containsExactly(4L);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE source SET durable_sequence = 7 WHERE name = 'a'",
                "UPDATE source SET status = 1 WHERE name = 'a'",
                "UPDATE source SET position = 1 WHERE name = 'a'"
            })
    void aDamagedSourceIsReportedAndNotAppendedTo(String damage) throws SQLException {
        append("a", 1, reports(STARVED, 2));
        append("b", 1, reports(STARVED, 2));
        change(damage);
        assertThatThrownBy(() -> sources("", Set.of(), 10, PAGE_BYTES)).isInstanceOf(DamagedRecordException.class);
        assertThat(refusal(new Batch("a", 3, List.of(reports(OK, 1))))).isInstanceOf(DamagedRecordException.class);
        assertThat(append("b", 3, reports(OK, 1))).isEqualTo(3);
    }

    @Test
    void aLogWhoseEndIsMissingDoesNotOpen() throws SQLException {
        append("a", 1, reports(OK, 3));
        RecordDamage.MISSING.make(file(), 3);
        close(log);
        assertThatThrownBy(this::open)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("expected its newest record at position 3, but it is at 2");
        change("DELETE FROM block");
        change("UPDATE bounds SET head = 0");
        log = open();
    }

    @Test
    void oneStartInAnotherCenturyRemovesNothingAndStaysOutOfTheRecords() {
        reopen(new RetentionProperties(Duration.ofDays(1), 0));
        Instant begin = machine.wall();
        append("a", 1, reports(OK, 1));
        machine.set("2099-01-01T00:00:00Z");
        reopen(new RetentionProperties(Duration.ofDays(1), 0));
        append("a", 2, reports(OK, 1));
        machine.pass(Duration.ofHours(25));
        awaitEarliest(3);
        append("a", 3, reports(OK, 1));
        machine.set(begin.plus(Duration.ofHours(26)));
        append("a", 4, reports(OK, 1));
        assertThat(log.read(2, PAGE_BYTES))
                .extracting(StateRecord::recordedAt)
                .containsExactly(begin.plus(Duration.ofHours(25)), begin.plus(Duration.ofHours(26)));
    }

    @Test
    void stepsThatWereBelievedAreRememberedFromOneStartToTheNext() {
        RetentionProperties oneHour = new RetentionProperties(Duration.ofHours(1), 0);
        reopen(oneHour);
        append("a", 1, reports(OK, 1));
        machine.set(machine.wall().plus(Duration.ofHours(20)));
        append("a", 2, reports(OK, 1));
        reopen(oneHour);
        append("a", 3, reports(OK, 1));
        machine.pass(Duration.ofMinutes(59));
        append("a", 4, reports(OK, 1));
        assertThat(log.earliest()).isEqualTo(1);
        machine.pass(Duration.ofMinutes(2));
        awaitEarliest(4);
    }

    @Test
    void aStartThatIsCutShortForgetsNoStep() throws SQLException {
        reopen(RetentionProperties.OFF);
        machine.set(machine.wall().plus(Duration.ofHours(20)));
        append("a", 1, reports(OK, 1));
        close(log);
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "CREATE TRIGGER full BEFORE INSERT ON clock_step BEGIN SELECT RAISE(ABORT, 'no room'); END");
            assertThatThrownBy(this::open)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("no room");
            try (ResultSet steps = statement.executeQuery("SELECT count(*) FROM clock_step")) {
                assertThat(steps.getInt(1)).isPositive();
            }
        }
        log = LocalStateLog.open(
                new StoreProperties(otherFile(), 4, retention),
                times,
                health,
                new LogMetrics(new SimpleMeterRegistry()));
    }

    @Test
    void retentionByCountKeepsTheNewestRecordsAndAllStates() {
        append("old", 1, reports(STARVED, 1));
        append("a", 1, reports(OK, 20_000));
        reopen(new RetentionProperties(Duration.ZERO, 100));
        awaitEarliest(19_902);
        assertThat(log.read(19_901, PAGE_BYTES)).hasSize(100);
        assertThatThrownBy(() -> log.read(19_900, PAGE_BYTES))
                .isInstanceOfSatisfying(
                        PrunedPositionException.class,
                        pruned -> assertThat(pruned.earliest()).isEqualTo(19_902));
        assertThat(sources("", Set.of(STARVED), 10, PAGE_BYTES)).hasSize(1);
        assertThat(log.summary().earliest()).isEqualTo(19_902);
        assertThat(log.summary().statuses())
                .extracting(status -> status.reports())
                .containsExactly(20_000L, 1L);
        append("a", 20_001, reports(OK, 50));
        awaitEarliest(19_952);
    }

    @Test
    void retentionByAgeRemovesWhatIsOlder() {
        reopen(new RetentionProperties(Duration.ofHours(1), 0));
        append("a", 1, reports(OK, 3));
        machine.pass(Duration.ofMinutes(50));
        append("a", 4, reports(OK, 2));
        assertThat(log.earliest()).isEqualTo(1);
        machine.pass(Duration.ofMinutes(11));
        awaitEarliest(4);
        machine.pass(Duration.ofHours(5));
        awaitEarliest(6);
        assertThat(log.read(5, PAGE_BYTES)).isEmpty();
        assertThat(append("a", 6, reports(OK, 1))).isEqualTo(6);
        assertThat(log.read(5, PAGE_BYTES)).hasSize(1);
        reopen(new RetentionProperties(Duration.ofHours(1), 0));
        assertThat(log.head()).isEqualTo(6);
    }

    @Test
    void retentionByAgeIsNotHeldUpByADamagedTime() throws SQLException {
        reopen(new RetentionProperties(Duration.ofHours(1), 0));
        append("a", 1, reports(OK, 3));
        RecordDamage.TIME.make(file(), 1);
        reopen(new RetentionProperties(Duration.ofHours(1), 0)); // or the block would be written again from memory
        machine.pass(Duration.ofMinutes(50));
        append("b", 1, reports(OK, 2));
        assertThat(log.earliest()).isEqualTo(1);
        machine.pass(Duration.ofMinutes(11));
        awaitEarliest(4);
    }

    @Test
    void everythingPrunedIsALogThatOpensAgain() {
        reopen(new RetentionProperties(Duration.ofHours(1), 0));
        append("a", 1, reports(OK, 3));
        machine.pass(Duration.ofHours(2));
        awaitEarliest(4);
        reopen(RetentionProperties.OFF);
        assertThat(log.head()).isEqualTo(3);
        assertThat(append("a", 4, reports(OK, 1))).isEqualTo(4);
        assertThat(log.read(3, PAGE_BYTES)).extracting(StateRecord::position).containsExactly(4L);
    }

    @Test
    void theWriteAheadLogStaysBoundedWhileReadersTakeTurns() throws Exception {
        AtomicBoolean writing = new AtomicBoolean(true);
        Thread reading = new Thread(() -> takeTurns(writing));
        reading.start();
        Report[] megabyte = new Report[256];
        Arrays.fill(megabyte, new Report(OK, "x".repeat(4096), null));
        for (int i = 0; i < 200; i++) {
            appendUnnumbered("a", megabyte);
        }
        writing.set(false);
        reading.join();
        assertThat(Files.size(Path.of(file() + "-wal"))).isLessThan(100 * 1024 * 1024L);
    }

    @Test
    void oneLongReaderDoesNotHoldUpTheWriter() throws Exception {
        Report[] megabytes = new Report[1024];
        Arrays.fill(megabytes, new Report(OK, "x".repeat(4096), null));
        try (Connection reader = connect()) {
            begin(reader);
            long start = System.nanoTime();
            for (int i = 0; i < 40; i++) { // 160 MiB; waiting for the reader would take 5 seconds each time
                appendUnnumbered("a", megabytes);
            }
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(100));
        }
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> {
            appendUnnumbered("a", megabytes);
            return Files.size(Path.of(file() + "-wal")) < 100 * 1024 * 1024L;
        });
    }

    @Test
    void whatRetentionRemovesIsCheckpointedToo() throws Exception {
        Report[] reports = new Report[20_000];
        Arrays.fill(reports, new Report(OK, "x".repeat(100), null));
        for (int i = 0; i < 50; i++) {
            appendUnnumbered("a", reports);
        }
        reopen(new RetentionProperties(Duration.ZERO, 10));
        awaitEarliest(log.head() - 9);
        assertThat(Files.size(Path.of(file() + "-wal"))).isLessThan(50 * 1024 * 1024L);
    }

    @Test
    void appendsWaitForAnotherProcessThatWrites() throws Exception {
        try (Connection other = connect();
                Statement statement = other.createStatement()) {
            statement.execute("BEGIN IMMEDIATE");
            CompletionStage<Appended> waiting = log.append(new Batch("a", 1, List.of(reports(OK, 1))));
            assertThat(waiting).failsWithin(Duration.ofMillis(200)).withThrowableOfType(TimeoutException.class);
            statement.execute("COMMIT");
            assertThat(waiting).succeedsWithin(Duration.ofSeconds(10));
        }
    }

    @Test
    void appendsAreRefusedWhileAnotherProcessHoldsTheFileAndStoredWhenItLetsGo() throws Exception {
        append("a", 1, reports(OK, 1));
        try (Connection other = connect();
                Statement statement = other.createStatement()) {
            statement.execute("BEGIN IMMEDIATE");
            Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> health.unready); // nobody appends
            assertThat(refusal(new Batch("a", 2, List.of(reports(OK, 1)))))
                    .isInstanceOf(LogUnavailableException.class)
                    .hasMessageContaining("nothing was stored");
            statement.execute("COMMIT");
        }
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> !health.unready);
        assertThat(append("a", 2, reports(OK, 1))).isEqualTo(2);
        assertThat(log.read(0, PAGE_BYTES)).hasSize(2);
    }

    @Test
    void whatListsShowBeforeTheHeadHasMovedCanBeWaitedFor() throws Exception {
        close(log);
        CountDownLatch committed = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        LogMetrics metrics = spy(new LogMetrics(new SimpleMeterRegistry()));
        doAnswer(ofCommit -> {
                    committed.countDown();
                    goOn.await();
                    return null;
                })
                .when(metrics)
                .committed(anyLong(), anyLong());
        log = LocalStateLog.open(new StoreProperties(file(), 4, retention), times, health, metrics);
        log.append(new Batch("a", 1, List.of(reports(OK, 1))));
        committed.await();
        CompletableFuture<Void> caughtUp;
        try {
            assertThat(log.head()).isZero();
            assertThat(log.summary().head()).isEqualTo(1);
            assertThat(log.records("a", null, Set.of(), 1, PAGE_BYTES).items()).hasSize(1);
            caughtUp = log.caughtUp().toCompletableFuture();
            assertThat(caughtUp).isNotDone();
        } finally {
            goOn.countDown();
        }
        assertThat(caughtUp).succeedsWithin(Duration.ofSeconds(10));
        assertThat(log.read(0, PAGE_BYTES)).hasSize(1);
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(log.caughtUp()).isCompleted());
    }

    @Test
    void itsTimeIsThatOfItsRecordsWhateverTheMachinesClockShows() throws Exception {
        close(log);
        times = machine.sources();
        log = open();
        append("a", 1, reports(OK, 1));
        Instant recorded = newest();
        machine.set(machine.wall().minusSeconds(1_800));
        assertThat(log.now()).isEqualTo(recorded);
        machine.set(machine.wall().plus(Duration.ofDays(400)));
        assertThat(log.now()).isEqualTo(recorded);
        machine.set(recorded.plusSeconds(10)); // the control: this one is believed
        assertThat(log.now()).isEqualTo(recorded.plusSeconds(10));
        append("a", 2, reports(OK, 1));
        assertThat(newest()).isEqualTo(recorded.plusSeconds(10));
    }

    private Instant newest() {
        return log.records("a", null, Set.of(), 1, PAGE_BYTES).items().get(0).recordedAt();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anErrorInTheWriterRefusesAllAndIsTold(boolean throwsAlsoWhenTold) throws Exception {
        close(log);
        OutOfMemoryError error = new OutOfMemoryError("of a test");
        AtomicBoolean memoryIsMissing = new AtomicBoolean();
        TimeSources failing = new TimeSources(
                Clock.systemUTC(),
                () -> {
                    if (memoryIsMissing.get()) {
                        throw error;
                    }
                    return System.nanoTime();
                },
                Uptime::read);
        LogHealth told = new LogHealth() {
            @Override
            public void unready() {}

            @Override
            public void ready() {}

            @Override
            public void failed(Throwable problem) {
                health.failed(problem);
                if (throwsAlsoWhenTold) {
                    throw error;
                }
            }
        };
        StateLog failed = LocalStateLog.open(
                new StoreProperties(otherFile(), 4, retention),
                failing,
                told,
                new LogMetrics(new SimpleMeterRegistry()));
        memoryIsMissing.set(true);
        List<CompletableFuture<Appended>> appends = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            appends.add(
                    failed.append(new Batch("a", 1, List.of(reports(OK, 1)))).toCompletableFuture());
        }
        assertThat(health.failure).succeedsWithin(Duration.ofSeconds(10)).isSameAs(error);
        assertThat(appends)
                .allSatisfy(append -> assertThat(append)
                        .failsWithin(Duration.ofSeconds(10))
                        .withThrowableOfType(ExecutionException.class)
                        .withCauseInstanceOf(LogUnavailableException.class));
        close(failed);
        log = open();
    }

    @ParameterizedTest
    @EnumSource(FileChange.class)
    void whatIsCommittedOnceTheFileHasChangedIsNotAcknowledged(FileChange change) throws Exception {
        close(log);
        StateLog watched = LocalStateLog.open(
                new StoreProperties(otherFile(), 4, retention),
                times,
                health,
                new LogMetrics(new SimpleMeterRegistry()));
        assertThat(watched.append(new Batch("a", 1, List.of(reports(OK, 1))))).succeedsWithin(Duration.ofSeconds(10));
        change.make(otherFile(), directory);
        if (change.isSeenByName()) {
            assertThat(watched.append(new Batch("a", 2, List.of(reports(OK, 1)))))
                    .failsWithin(Duration.ofSeconds(10))
                    .withThrowableOfType(ExecutionException.class)
                    .withCauseInstanceOf(LogUnavailableException.class);
        }
        assertThat(health.failure)
                .succeedsWithin(Duration.ofSeconds(10)) // also when nobody appends
                .satisfies(problem -> assertThat(problem).hasMessageContaining(change.reason()));
        assertThat(watched.head()).isEqualTo(1);
        close(watched);
        log = open();
    }

    @Test
    void aPageThatIsNoLongerOneIsDamage() throws Exception {
        damageAPage();
        log = open();
        assertThatThrownBy(() -> {
                    for (long position = 0;
                            position < log.head();
                            position += log.read(position, PAGE_BYTES).size()) {}
                })
                .isInstanceOf(DamagedRecordException.class);
    }

    @Test
    void retentionThatMeetsDamageEndsAndTheLogGoesOn() throws Exception {
        damageAPage();
        retention = new RetentionProperties(Duration.ZERO, 10);
        log = open();
        append("b", 1, reports(OK, 1));
        append("b", 2, reports(OK, 1)); // the writer has looked at what is to be removed since the one before
        assertThat(log.earliest()).isGreaterThan(0).isLessThan(log.head() - 10);
        assertThat(log.read(log.head() - 1, PAGE_BYTES)).hasSize(1);
        assertThat(health.failure).isNotDone();
    }

    /** Has a closed log of 10,000 records of which a page in the middle of the file is none any more. */
    private void damageAPage() throws IOException {
        for (int i = 0; i < 20; i++) {
            append("a", i * 500L + 1, reports(OK, 500));
        }
        close(log);
        byte[] bytes = Files.readAllBytes(file());
        Arrays.fill(bytes, bytes.length / 2, bytes.length / 2 + 8192, (byte) 0x55);
        Files.write(file(), bytes);
    }

    /** Reads in short transactions that overlap, so that there is always one. */
    private void takeTurns(AtomicBoolean going) {
        try (Connection first = connect();
                Connection second = connect()) {
            begin(first);
            while (going.get()) {
                begin(second);
                LockSupport.parkNanos(5_000_000);
                first.rollback();
                begin(first);
                LockSupport.parkNanos(5_000_000);
                second.rollback();
            }
        } catch (SQLException problem) {
            throw new IllegalStateException(problem);
        }
    }

    private static void begin(Connection reader) throws SQLException {
        reader.setAutoCommit(false);
        try (Statement statement = reader.createStatement()) {
            statement.executeQuery("SELECT count(*) FROM bounds").next();
        }
    }

    private void awaitEarliest(long position) {
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> log.earliest() == position);
    }

    private void reopen(RetentionProperties retention) {
        close(log);
        this.retention = retention;
        times = machine.sources();
        log = open();
    }

    private void change(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            assertThat(statement.executeUpdate(sql)).isPositive();
        }
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + file());
    }

    private Path otherFile() {
        return directory.resolve("other").resolve("waystate.db");
    }

    private Path file() {
        return directory.resolve("log").resolve("waystate.db");
    }
}
