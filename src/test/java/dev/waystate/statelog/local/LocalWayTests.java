package dev.waystate.statelog.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.waystate.geometry.Circle;
import dev.waystate.geometry.Point;
import dev.waystate.statelog.DamagedRecordException;
import dev.waystate.statelog.HistoryPlace;
import dev.waystate.statelog.Report;
import dev.waystate.statelog.SourceFilter;
import dev.waystate.statelog.SourceState;
import dev.waystate.statelog.StateLog;
import dev.waystate.statelog.StateRecord;
import dev.waystate.statelog.Summary.StatusCount;
import dev.waystate.statelog.TestHealth;
import dev.waystate.statelog.Track;
import dev.waystate.statelog.Transition;
import dev.waystate.statelog.UnknownStatesException;
import dev.waystate.statelog.WayContract;
import dev.waystate.statelog.backup.LogBackup;
import dev.waystate.statelog.backup.LogRestore;
import dev.waystate.statelog.operation.LogMetrics;
import dev.waystate.statelog.operation.RetentionProperties;
import dev.waystate.statelog.operation.StoreProperties;
import dev.waystate.statelog.view.RecordDamage;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class LocalWayTests extends WayContract {

    /** A time in the log of version 2; see {@link #openVersion2}. */
    private static final Instant COW_STARTED = Instant.parse("2026-02-03T04:05:06Z");

    @TempDir
    Path directory;

    private RetentionProperties retention = RetentionProperties.OFF;

    @Override
    protected StateLog open() {
        return LocalStateLog.open(
                new StoreProperties(file(), 4, retention),
                TimeSources.SYSTEM,
                new TestHealth(),
                new LogMetrics(new SimpleMeterRegistry()));
    }

    @Override
    protected void close(StateLog log) {
        ((LocalStateLog) log).close();
    }

    @Test
    void whatRetentionKeepsCanBeAskedForAsOfThen() throws Exception {
        for (int i = 0; i < 100; i++) {
            append("a", 2 * i + 1, reports(i % 2 + 1, 2));
            append("b", i + 1, at(i, 0));
        }
        append("c", 1, reports(STARVED, 1));
        List<StateRecord> whole = log.read(0, 1 << 20);
        List<Transition> states = log.transitions("a", Long.MAX_VALUE, 1_000).items();
        List<StatusCount> before = log.statusesAt(290);
        keep(11);
        assertThat(log.earliest()).isEqualTo(291);
        assertThat(log.statusesAt(290)).isEqualTo(before);
        assertThat(log.sourcesAt(290, SourceFilter.ALL, "", 10).items())
                .extracting(Transition::source, Transition::status)
                .containsExactly(tuple("a", 1), tuple("b", OK));
        assertThatThrownBy(() -> log.statusesAt(289))
                .isInstanceOfSatisfying(
                        UnknownStatesException.class,
                        unknown -> assertThat(unknown.first()).isEqualTo(290));
        assertThatThrownBy(() -> log.positionAt(whole.get(289).recordedAt().minusNanos(1)))
                .isInstanceOf(UnknownStatesException.class);
        assertThat(log.firstSince(Instant.EPOCH)).isEqualTo(291);
        List<Transition> kept = log.transitions("a", Long.MAX_VALUE, 1_000).items();
        assertThat(kept).isEqualTo(states.subList(0, 4));
        assertThat(all((HistoryPlace from) -> log.records("a", from, Set.of(), 3, PAGE_BYTES)))
                .isEqualTo(whole.subList(290, 301).stream()
                        .filter(stored -> stored.source().equals("a"))
                        .sorted((one, other) -> Long.compare(other.position(), one.position()))
                        .toList());
        assertThat(state("b").track()).isEqualTo(new Track(new Point(99, 0), 99, 99));
        assertThat(transitionRows()).as("rows of a, b and c").isEqualTo(4 + 1 + 1);
    }

    private void keep(long records) throws Exception {
        retention = new RetentionProperties(Duration.ZERO, records);
        reopen();
        // earliest() moves a little before the records go
        Awaitility.await().until(() -> log.head() - log.firstSince(Instant.EPOCH) + 1 == records);
    }

    private long transitionRows() throws Exception {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            return statement.executeQuery("SELECT count(*) FROM transition").getLong(1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "source SET travelled = 6.5",
                "source SET first_y = 1",
                "source SET state_since = state_since + 1",
                "source SET located_at = 1",
                "source_location SET min_x = 7, max_x = 7",
                "transition SET status = 7",
                "transition SET since = since - 1"
            })
    void damageOfWhatIsKnownOfTheWayIsReported(String damage) throws Exception {
        append("cow", 1, at(3, 4), at(6, 8));
        close(log);
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            assertThat(statement.executeUpdate("UPDATE " + damage)).isPositive();
        }
        log = open();
        assertThatThrownBy(() -> {
                    log.read(0, PAGE_BYTES);
                    sources("", Set.of(), 10, PAGE_BYTES);
                    log.nearest(Circle.ofAll(new Point(0, 0)), SourceFilter.ALL, null, 10, PAGE_BYTES);
                    log.transitions("cow", Long.MAX_VALUE, 10);
                })
                .isInstanceOf(DamagedRecordException.class);
    }

    @ParameterizedTest
    @EnumSource(names = {"LOCATION", "NO_LOCATION", "LINK"})
    void damageOfWhatARecordSaysOfTheWayIsReported(RecordDamage damage) throws Exception {
        append("cow", 1, at(3, 4), at(6, 8));
        damage.make(file(), 1);
        assertThatThrownBy(() -> log.read(0, PAGE_BYTES)).isInstanceOf(DamagedRecordException.class);
    }

    @Test
    void aSourceThatIsInNoStateIsReported() throws Exception {
        append("cow", 1, reports(OK, 1));
        close(log);
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("DELETE FROM transition");
        }
        log = open();
        assertThatThrownBy(() -> log.transitions("cow", Long.MAX_VALUE, 10)).isInstanceOf(DamagedRecordException.class);
    }

    @Test
    void aLogThatRetentionHasEmptiedKnowsItsSources() throws Exception {
        append("cow", 1, at(3, 4), at(6, 8));
        Instant last = log.read(1, PAGE_BYTES).get(0).recordedAt();
        retention = new RetentionProperties(Duration.ofMillis(1), 0);
        reopen();
        Awaitility.await().until(() -> log.earliest() > log.head());
        assertThat(state("cow").track()).isEqualTo(new Track(new Point(6, 8), 5, 5));
        assertThat(log.positionAt(Instant.now())).isEqualTo(2);
        assertThat(log.positionAt(last)).isEqualTo(2);
        Awaitility.await() // until the rows are gone, too
                .untilAsserted(() -> assertThatThrownBy(() -> log.positionAt(last.minusNanos(1)))
                        .isInstanceOfSatisfying(
                                UnknownStatesException.class,
                                unknown -> assertThat(unknown.first()).isEqualTo(2)));
        assertThat(log.statusesAt(2)).containsExactly(new StatusCount(OK, 0, 1));
        assertThat(log.firstSince(Instant.EPOCH)).isEqualTo(3);
        assertThat(log.records("cow", null, Set.of(), 10, PAGE_BYTES).items()).isEmpty();
    }

    @Test
    void aRecordThatIsMissingInTheHistoryOfASourceIsReported() throws Exception {
        append("cow", 1, reports(OK, 3));
        append("dog", 1, reports(OK, 1));
        RecordDamage.MISSING.make(file(), 2);
        assertThatThrownBy(() -> log.records("cow", null, Set.of(), 10, PAGE_BYTES))
                .isInstanceOfSatisfying(
                        DamagedRecordException.class,
                        damaged -> assertThat(damaged.position()).isEqualTo(2));
    }

    @Test
    void aBackUpKeepsTheIdAndTheLogThatGoesOnFromItGetsAnother() throws Exception {
        append("cow", 1, at(3, 4));
        String id = log.id();
        Path copy = directory.resolve("copy.db");
        LogBackup.copy(file(), copy);
        assertThat(idIn(copy)).isEqualTo(id);
        StateLog restored = LocalStateLog.open(
                new StoreProperties(copy, 4, retention),
                TimeSources.SYSTEM,
                new TestHealth(),
                new LogMetrics(new SimpleMeterRegistry()));
        try {
            assertThat(restored.id()).isNotEqualTo(id);
            assertThat(restored.head()).isEqualTo(1);
            assertThat(restored.nearest(new Circle(new Point(0, 0), 5), SourceFilter.ALL, null, 10, PAGE_BYTES)
                            .items())
                    .extracting(source -> source.latest().source())
                    .containsExactly("cow");
            assertThat(idIn(copy)).isEqualTo(restored.id());
        } finally {
            close(restored);
        }
        StateLog again = LocalStateLog.open(
                new StoreProperties(copy, 4, retention),
                TimeSources.SYSTEM,
                new TestHealth(),
                new LogMetrics(new SimpleMeterRegistry()));
        try {
            assertThat(again.id()).as("it has it only once").isEqualTo(restored.id());
        } finally {
            close(again);
        }
        Path other = directory.resolve("other.db");
        LogBackup.copy(file(), other);
        Path target = directory.resolve("target.db");
        LogRestore.restore(other, target, false);
        close(LocalStateLog.open(
                new StoreProperties(target, 4, retention),
                TimeSources.SYSTEM,
                new TestHealth(),
                new LogMetrics(new SimpleMeterRegistry())));
        assertThat(idIn(target)).isNotEqualTo(id);
        assertThat(log.id()).isEqualTo(id);
    }

    private static String idIn(Path file) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            return statement
                    .executeQuery("SELECT lower(hex(log_id)) FROM bounds")
                    .getString(1);
        }
    }

    @Test
    void aLogOfVersion2KeepsItsRecordsAndGoesOn() throws Exception {
        openVersion2();
        assertThat(log.read(0, PAGE_BYTES))
                .extracting(StateRecord::source)
                .containsExactly("cow", "cow", "cow", "robot", "robot", "dog", "cow");
        assertThat(log.read(0, PAGE_BYTES).get(0)).satisfies(first -> {
            assertThat(first.info()).isEqualTo("grazes");
            assertThat(first.reportedAt()).isEqualTo(COW_STARTED);
            assertThat(first.location()).isNull();
        });
        SourceState cow = state("cow");
        assertThat(cow.durableSequence()).isEqualTo(4);
        assertThat(cow.since()).isEqualTo(cow.latest().recordedAt());
        assertThat(cow.track()).isNull();
        Instant since = cow.since();
        append("cow", 5, new Report(THIRSTY, "", null, new Point(1, 1)), new Report(OK, "", null, new Point(4, 5)));
        append("dog", 1, at(2, 2));
        reopen();
        assertThat(state("cow").track()).isEqualTo(new Track(new Point(4, 5), 5, 5));
        assertThat(log.transitions("cow", Long.MAX_VALUE, 10).items())
                .extracting(Transition::position, Transition::status)
                .containsExactly(tuple(9L, OK), tuple(7L, THIRSTY));
        assertThat(log.transitions("cow", Long.MAX_VALUE, 10).items().get(1).since())
                .isEqualTo(since);
        assertThat(log.head()).isEqualTo(10);
    }

    @Test
    void theHistoryOfASourceReachesBackIntoVersion2() throws Exception {
        openVersion2();
        append("cow", 5, reports(OK, 2));
        append("elk", 1, reports(OK, 1));
        append("cow", 7, reports(OK, 1));
        for (int size : new int[] {1, 2, 3, 100}) {
            assertThat(all((HistoryPlace from) -> log.records("cow", from, Set.of(), size, PAGE_BYTES)))
                    .extracting(StateRecord::position)
                    .containsExactly(11L, 9L, 8L, 7L, 3L, 2L, 1L);
        }
        assertThat(log.records("robot", null, Set.of(), 10, PAGE_BYTES).items())
                .extracting(StateRecord::position)
                .containsExactly(5L, 4L);
    }

    @Test
    void statesBeforeTheLogKeptThemAreNotKnown() throws Exception {
        openVersion2();
        append("cow", 5, reports(OK, 2));
        assertThat(log.statusesAt(7))
                .containsExactly(new StatusCount(1, 0, 1), new StatusCount(2, 0, 1), new StatusCount(4, 0, 1));
        assertThat(log.statusesAt(8)).containsExactly(new StatusCount(1, 0, 2), new StatusCount(4, 0, 1));
        assertThatThrownBy(() -> log.statusesAt(6)).isInstanceOf(UnknownStatesException.class);
        assertThatThrownBy(() -> log.positionAt(log.read(5, PAGE_BYTES).get(0).recordedAt()))
                .isInstanceOf(UnknownStatesException.class);
        assertThat(log.positionAt(log.read(6, PAGE_BYTES).get(0).recordedAt())).isEqualTo(7);
    }

    /** Opens a log that the version before tracks wrote: 3 reports of cow, 2 of robot, 1 of dog, and 1 more of cow. */
    private void openVersion2() throws Exception {
        close(log);
        try (InputStream old = new GZIPInputStream(
                Objects.requireNonNull(LocalWayTests.class.getResourceAsStream("/store/version-2.db.gz")))) {
            Files.deleteIfExists(file());
            Files.copy(old, file());
        }
        log = open();
    }

    private Connection connect() throws Exception {
        return DriverManager.getConnection("jdbc:sqlite:" + file());
    }

    private Path file() {
        return directory.resolve("log.db");
    }
}
