package dev.waystate.statelog.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.waystate.statelog.Batch;
import dev.waystate.statelog.DamagedRecordException;
import dev.waystate.statelog.Report;
import dev.waystate.statelog.SourceFilter;
import dev.waystate.statelog.SourceState;
import dev.waystate.statelog.backup.LogBackup;
import dev.waystate.statelog.entry.Entry;
import dev.waystate.statelog.entry.Session;
import dev.waystate.statelog.entry.Verdict;
import dev.waystate.statelog.file.UnusableFileException;
import dev.waystate.statelog.operation.RetentionProperties;
import dev.waystate.statelog.view.RandomEntries.Placed;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A log of a single process, as entries that make the same tables elsewhere. */
class LogExportTests {

    private static final int SMALL = 2_000;
    private static final long TIME = 1_790_000_000_000_000_000L;

    /** How much retention keeps of the records. */
    private enum Kept {
        ALL(RetentionProperties.OFF),
        MANY(new RetentionProperties(Duration.ZERO, 300)),
        ONE(new RetentionProperties(Duration.ZERO, 1)),
        NONE(new RetentionProperties(Duration.ofDays(1), 0));

        private final RetentionProperties retention;

        Kept(RetentionProperties retention) {
            this.retention = retention;
        }
    }

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"1, ALL", "2, ONE", "3, MANY", "4, NONE"})
    void historyGoesOnElsewhereAsItDoesInItsFile(int seed, Kept kept) throws Exception {
        Random random = new Random(seed);
        fillStore(seed, kept);

        applyElsewhere(export(), random);
        assertThat(tables("view.db")).isEqualTo(tables("store.db"));

        List<Placed> next = entries(seed + 100, 100);
        List<Verdict> verdicts = new ArrayList<>();
        try (LogView view = open("view.db")) {
            assertThat(view.isImporting()).isFalse();
            for (Placed placed : next) {
                verdicts.add(commitInTopic(view, placed));
            }
        }
        try (LogView store = open("store.db")) {
            for (Placed placed : next) {
                assertThat(commit(store, placed))
                        .usingRecursiveComparison()
                        .ignoringFieldsOfTypes(StackTraceElement[].class)
                        .isEqualTo(verdicts.remove(0));
            }
        }
        assertThat(tables("view.db")).isEqualTo(tables("store.db"));
    }

    /** By a process that ends now and then, while others want to begin the log, and to append to it. */
    private void applyElsewhere(List<Entry> history, Random random) throws Exception {
        long time = lastRecordedAt();
        Session importing = new Session();
        LogView view = open("view.db");
        for (Entry entry : history) {
            assertThat(commitInTopic(view, new Placed(importing.next(), entry, time)))
                    .isInstanceOf(Verdict.Applied.class);
            if (view.isImporting() && random.nextBoolean()) {
                Entry foreign = random.nextBoolean()
                        ? new Entry.Genesis("f".repeat(32))
                        : new Entry.Append("s1", null, Batch.UNNUMBERED, List.of(new Report(1, "foreign", null)));
                assertThat(commitInTopic(view, new Placed(new Session().next(), foreign, time)))
                        .isEqualTo(new Verdict.Ignored());
            }
            if (random.nextInt(5) == 0) {
                view.close();
                view = open("view.db");
            }
        }
        view.close();
    }

    @Test
    void sessionIsNotHeldUpWhenNothingIsImported() throws Exception {
        try (LogView view = open("view.db")) {
            commitInTopic(view, new Placed(new Session().next(), new Entry.Genesis("f".repeat(32)), TIME));
            Entry append = new Entry.Append("s1", null, Batch.UNNUMBERED, List.of(new Report(1, "foreign", null)));
            assertThat(commitInTopic(view, new Placed(new Session().next(), append, TIME)))
                    .isEqualTo(new Verdict.Applied(0, 1));
        }
    }

    @Test
    void historyBehindAnotherGenesisIsOfNoEffect() throws Exception {
        fillStore(1, Kept.ALL);
        List<Entry> history = export();
        try (LogView view = open("view.db")) {
            Session session = new Session();
            commitInTopic(view, new Placed(session.next(), new Entry.Genesis("f".repeat(32)), TIME));
            for (Entry entry : history) {
                commitInTopic(view, new Placed(session.next(), entry, TIME));
            }
            assertThat(view.isImporting()).isFalse();
            assertThat(view.id()).isEqualTo("f".repeat(32));
        }
        assertThat(tables("view.db").get("record")).isEmpty();
        assertThat(tables("view.db").get("source")).isEmpty();
    }

    @Test
    void logThatWasNotClosedInOrderIsReadWhole() throws Exception {
        fillStore(1, Kept.ALL);
        try (LogView store = open("store.db")) {
            commit(store, new Placed(new Session().next(), new Entry.Append("late", null, 1, reports()), TIME));
            for (String suffix : List.of("", "-wal")) {
                Files.copy(directory.resolve("store.db" + suffix), directory.resolve("killed.db" + suffix));
            }
        }
        try (LogExport export = LogExport.open(directory.resolve("killed.db"))) {
            List<String> infos = new ArrayList<>();
            export.read(
                    SMALL,
                    rows -> rows.records()
                            .forEach(record -> infos.add(record.report().info())));
            assertThat(infos).last().isEqualTo("late");
            assertThat(export.head()).isEqualTo(infos.size());
        }
    }

    /** Rows of the time before records were linked, and sources had tracks. */
    @Test
    void logOfAnEarlierVersionIsReadOnceItsTablesAreUpToDate() throws Exception {
        Path file = directory.resolve("store.db");
        try (InputStream old = new GZIPInputStream(
                Objects.requireNonNull(LogExportTests.class.getResourceAsStream("/store/version-2.db.gz")))) {
            Files.copy(old, file);
        }
        assertThatThrownBy(() -> LogExport.open(file))
                .isInstanceOf(UnusableFileException.class)
                .hasMessageContaining("but it has version 2 of an earlier Waystate: start this one on it");
        open("store.db").close();

        applyElsewhere(export(), new Random(1));

        assertThat(tables("view.db").get("record"))
                .isNotEmpty()
                .isEqualTo(tables("store.db").get("record"));
        try (LogView store = open("store.db");
                LogView view = open("view.db")) {
            assertThat(sources(view)).isNotEmpty().isEqualTo(sources(store));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"INFO", "UNKNOWN_SOURCE", "MISSING"})
    void damagedRecordIsFound(RecordDamage damage) throws Exception {
        fillStore(1, Kept.ALL);
        damage.make(directory.resolve("store.db"), 7);
        assertThatThrownBy(this::export)
                .isInstanceOfSatisfying(
                        DamagedRecordException.class,
                        damaged -> assertThat(damaged.position()).isEqualTo(7));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE source SET travelled = 1000000 WHERE id = 2",
                "UPDATE transition SET status = 1000 WHERE position = (SELECT max(position) FROM transition)",
                "DELETE FROM source WHERE id = 2"
            })
    void damageIsFound(String damage) throws Exception {
        fillStore(1, Kept.ALL);
        execute(damage);
        assertThatThrownBy(this::export).isInstanceOf(DamagedRecordException.class);
    }

    @Test
    void missingEndIsFound() throws Exception {
        fillStore(1, Kept.ALL);
        long head;
        try (LogView store = open("store.db")) {
            head = store.head();
        }
        RecordDamage.MISSING.make(directory.resolve("store.db"), head);
        assertThatThrownBy(this::export)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("the newest record is at position");
    }

    @Test
    void viewOfAReplicaIsRefused() throws Exception {
        try (LogView view = open("view.db")) {
            commitInTopic(view, new Placed(new Session().next(), new Entry.Genesis("f".repeat(32)), TIME));
        }
        assertThatThrownBy(() -> LogExport.open(directory.resolve("view.db")))
                .isInstanceOf(UnusableFileException.class)
                .hasMessageContaining("it is the view of a replica");
    }

    @Test
    void logIsReadOrOpenButNotBoth() throws Exception {
        fillStore(1, Kept.ALL);
        Path file = directory.resolve("store.db");
        try (LogView store = open("store.db")) {
            assertThat(store.head()).isPositive();
            assertThatThrownBy(() -> LogExport.open(file))
                    .isInstanceOf(UnusableFileException.class)
                    .hasMessageContaining("is in use by");
        }
        try (LogExport export = LogExport.open(file)) {
            assertThat(export.head()).isPositive();
            assertThatThrownBy(() -> open("store.db"))
                    .isInstanceOf(UnusableFileException.class)
                    .hasMessageContaining("is in use by");
        }
        open("store.db").close();
    }

    @Test
    void historyOfACopyIsThatOfAnotherLog() throws Exception {
        fillStore(1, Kept.ALL);
        String id = ((Entry.Genesis) export().get(0)).logId();
        assertThat(id).isEqualTo(id("store.db"));
        LogBackup.copy(directory.resolve("store.db"), directory.resolve("copy.db"));
        try (LogExport export = LogExport.open(directory.resolve("copy.db"))) {
            assertThat(export.genesis().logId()).matches("[0-9a-f]{32}").isNotEqualTo(id);
        }
    }

    private long lastRecordedAt() throws Exception {
        try (LogView store = open("store.db")) {
            return store.lastRecordedAt();
        }
    }

    private String id(String name) throws Exception {
        try (LogView view = open(name)) {
            return view.id();
        }
    }

    /** Fills the log of a single process, which then removes old records. */
    private void fillStore(int seed, Kept kept) throws Exception {
        try (LogView store = open("store.db")) {
            assertThat(store.begin()).isTrue();
            for (Placed placed : entries(seed, 400)) {
                store.apply(placed.origin(), placed.entry(), placed.time());
            }
            store.commit();
            store.advance();
            store.prune(kept.retention, Long.MAX_VALUE, removed -> true);
            assertThat(store.head()).isGreaterThan(500);
        }
    }

    /** With barriers for those that begin a log. */
    private static List<Placed> entries(int seed, int count) {
        return new RandomEntries(new Random(seed))
                .make(count).stream()
                        .map(placed -> placed.entry() instanceof Entry.Genesis
                                ? new Placed(placed.origin(), Entry.BARRIER, placed.time())
                                : placed)
                        .toList();
    }

    private static List<SourceState> sources(LogView view) {
        return view.sources()
                .sources(SourceFilter.ALL, "", 1_000, Integer.MAX_VALUE)
                .items();
    }

    private List<Entry> export() throws IOException {
        try (LogExport export = LogExport.open(directory.resolve("store.db"))) {
            List<Entry> entries = new ArrayList<>();
            entries.add(export.genesis());
            export.read(SMALL, entries::add);
            return entries;
        }
    }

    private static List<Report> reports() {
        return List.of(new Report(1, "late", null));
    }

    private static Verdict commit(LogView view, Placed placed) throws Exception {
        assertThat(view.begin()).isTrue();
        Verdict verdict = view.apply(placed.origin(), placed.entry(), placed.time());
        view.commit();
        view.advance();
        return verdict;
    }

    private static Verdict commitInTopic(LogView view, Placed placed) throws Exception {
        assertThat(view.begin()).isTrue();
        Verdict verdict = view.apply(placed.origin(), placed.entry(), placed.time());
        view.moveTo(new TopicPlace("cluster", "topic", 1, 0));
        view.commit();
        view.advance();
        return verdict;
    }

    private LogView open(String name) {
        return LogView.open(directory.resolve(name), 1);
    }

    /** Without those that tell of sessions, and of the topic. */
    private Map<String, List<String>> tables(String name) throws Exception {
        Map<String, List<String>> tables = Tables.read(directory.resolve(name));
        tables.keySet().removeAll(List.of("session", "claim", "topic"));
        return tables;
    }

    private void execute(String sql) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("store.db"));
                Statement statement = connection.createStatement()) {
            assertThat(statement.executeUpdate(sql)).isPositive();
        }
    }
}
