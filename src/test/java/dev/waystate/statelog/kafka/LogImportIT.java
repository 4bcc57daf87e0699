package dev.waystate.statelog.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.waystate.KafkaBroker;
import dev.waystate.LogLines;
import dev.waystate.cli.CommandRun;
import dev.waystate.geometry.Point;
import dev.waystate.statelog.Appended;
import dev.waystate.statelog.Batch;
import dev.waystate.statelog.LogUnavailableException;
import dev.waystate.statelog.Report;
import dev.waystate.statelog.SequenceGapException;
import dev.waystate.statelog.entry.Entry;
import dev.waystate.statelog.entry.Session;
import dev.waystate.statelog.operation.RetentionProperties;
import dev.waystate.statelog.view.LogExport;
import dev.waystate.statelog.view.LogView;
import dev.waystate.statelog.view.RecordDamage;
import dev.waystate.statelog.view.Tables;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.Producer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code import}: a single process becomes a cluster. */
@Timeout(120)
class LogImportIT {

    private static final int SOURCES = 20;
    private static final int REPORTS = 500;
    private static final long HEAD = SOURCES * REPORTS;
    private static final long EARLIEST = HEAD - 6_000 + 1;

    private static final int USAGE = 2;
    private static final int UNUSABLE = 73;
    private static final int AWAY = 78;
    private static final int DAMAGED = 79;

    @RegisterExtension
    final LogLines told = LogLines.of(TopicReader.class);

    @TempDir
    Path directory;

    private final String topic = "import-" + UUID.randomUUID();
    private KafkaBroker broker;
    private Path store;

    @BeforeEach
    void fillStore() throws Exception {
        broker = KafkaBroker.shared();
        store = directory.resolve("store.db");
        try (LogView view = LogView.open(store, 1)) {
            assertThat(view.begin()).isTrue();
            Session session = new Session();
            long time = 1_780_000_000_000_000_000L;
            for (int i = 0; i < REPORTS; i++) {
                for (int source = 0; source < SOURCES; source++) {
                    Entry append = new Entry.Append(
                            "cow-" + source, null, source == 0 ? 0 : i + 1, List.of(report(source, i)));
                    view.apply(session.next(), append, time += 1_000_001);
                }
            }
            view.commit();
            view.advance();
            view.prune(new RetentionProperties(Duration.ZERO, HEAD - EARLIEST + 1), 0, removed -> true);
            assertThat(view.earliest()).isEqualTo(EARLIEST);
        }
    }

    private static Report report(int source, int i) {
        return new Report(
                i / 7 % 3,
                "größer ".repeat(i % 30),
                i % 2 == 0 ? null : Instant.ofEpochSecond(1_700_000_000L + i, i),
                source % 4 == 1 ? null : new Point(i * source, -i));
    }

    @Test
    void replicasGoOnWithAllThatTheStoreHad() throws Exception {
        createTopic();
        Map<String, List<String>> before = tables(store);

        CommandRun run = CommandRun.ofJar(
                directory, "", "import", store.toString(), "--topic", topic, "--bootstrap-server", broker.bootstrap());

        assertThat(run.err())
                .contains("has one replica")
                .contains("Replicas with empty data directories go on with it");
        assertThat(run.outLines()).containsExactly(store + ": head position " + HEAD);
        assertThat(run.exitCode()).isZero();
        assertThat(tables(store)).isEqualTo(before);
        for (String name : List.of("one.db", "two.db")) {
            replica(name).awaitReady().close();
            assertThat(tables(directory.resolve(name))).isEqualTo(before);
        }
        try (Replica one = replica("one.db").awaitReady();
                Replica two = replica("two.db").awaitReady()) {
            assertThat(one.log.id()).isEqualTo(id(store));
            assertThat(one.log.earliest()).isEqualTo(EARLIEST);
            assertThat(one.log.head()).isEqualTo(HEAD);

            assertThat(append(one, new Batch("cow-1", REPORTS, List.of(report(1, 1), report(1, 2)))))
                    .as("the first one is stored already")
                    .isEqualTo(new Appended(REPORTS + 1, HEAD + 1));
            assertThat(two.log
                            .append(new Batch("cow-1", REPORTS + 3, List.of(report(1, 3))))
                            .toCompletableFuture())
                    .failsWithin(Duration.ofSeconds(30))
                    .withThrowableThat()
                    .withCauseInstanceOf(SequenceGapException.class);
            assertThat(append(two, new Batch("cow-2", REPORTS + 1, List.of(report(2, 1)))))
                    .isEqualTo(new Appended(REPORTS + 1, HEAD + 2));
            await().until(() -> one.log.head() == HEAD + 2);
        }
        assertThat(Tables.read(directory.resolve("one.db"))).isEqualTo(Tables.read(directory.resolve("two.db")));
    }

    /** What was under way is sent again, and counts once. */
    @Test
    void importGoesOnWhenTheBrokerIsBack() throws Exception {
        appendLongReports();
        try (KafkaBroker own = KafkaBroker.start(directory.resolve("broker"))) {
            broker = own;
            createTopic();
            CompletableFuture<CommandRun> importing = CompletableFuture.supplyAsync(() -> runImport(store));
            await().pollInterval(Duration.ofMillis(5)).until(() -> end() > 1);

            own.kill();
            assertThat(importing).as("the import is under way").isNotDone();
            own.restart();

            assertThat(importing.get(90, TimeUnit.SECONDS).exitCode()).isZero();
            replica("view.db").awaitReady().close();
        }
        assertThat(tables(directory.resolve("view.db"))).isEqualTo(tables(store));
    }

    /** So many that an import takes a while: 60 MB. */
    private void appendLongReports() throws Exception {
        try (LogView view = LogView.open(store, 1)) {
            assertThat(view.begin()).isTrue();
            List<Report> reports = Collections.nCopies(20_000, new Report(1, "x".repeat(3_000), null));
            view.apply(new Session().next(), new Entry.Append("cow-1", null, REPORTS + 1, reports), 0);
            view.commit();
        }
    }

    @Test
    void topicThatIsNotEmptyIsRefusedAndStaysAsItIs() throws Exception {
        createTopic();
        assertThat(runImport(store).exitCode()).isZero();
        long end = end();

        CommandRun again = runImport(store);

        assertRefused(again, UNUSABLE, "Expected an empty topic " + topic + ", but it has had " + end + " records");
        assertThat(end()).isEqualTo(end);
    }

    @Test
    void logThatAReplicaHasBegunIsNotMixedWithAnother() throws Exception {
        createTopic();
        try (Replica replica = replica("view.db").awaitReady()) {
            assertThat(replica.isReady()).isTrue();
            assertRefused(runImport(store), UNUSABLE, "Expected an empty topic");
        }
    }

    @Test
    void topicThatDoesNotFitIsRefused() throws Exception {
        broker.createTopic(topic, "cleanup.policy=compact");
        assertRefused(
                runImport(store), UNUSABLE, "Expected cleanup.policy=delete and message.timestamp.type=LogAppendTime");
        assertThat(end()).isZero();
    }

    @Test
    void topicThatIsMissingIsRefused() {
        assertRefused(runImport(store), UNUSABLE, "Expected an empty topic " + topic + ", but there is none: make it");
    }

    @Test
    void brokersThatAreAwayAreNamed() {
        CommandRun run =
                CommandRun.of("import", store.toString(), "--topic", topic, "--bootstrap-server", "127.0.0.1:1");
        assertRefused(run, AWAY, "Kafka brokers did not answer about the topic " + topic);
    }

    @ParameterizedTest
    @EnumSource(names = {"INFO", "MISSING"})
    void damagedStoreIsRefusedBeforeAnythingIsInTheTopic(RecordDamage damage) throws Exception {
        createTopic();
        damage.make(store, EARLIEST + 7);
        assertRefused(
                runImport(store),
                DAMAGED,
                "Cannot import " + store + ": The record at position " + (EARLIEST + 7) + " is damaged");
        assertThat(end()).isZero();
    }

    @Test
    void viewOfAReplicaIsRefused() throws Exception {
        createTopic();
        replica("view.db").awaitReady().close();
        assertRefused(runImport(directory.resolve("view.db")), UNUSABLE, "but it is the view of a replica");
    }

    @Test
    void fileThatIsMissingOrNoStoreIsRefused() throws Exception {
        createTopic();
        assertRefused(runImport(directory.resolve("nosuch.db")), USAGE, "but there is no file");
        Path text = Files.writeString(directory.resolve("text.db"), "Dear diary, ".repeat(1_000));
        assertRefused(runImport(text), UNUSABLE, "it is no SQLite file");
        assertRefused(runImport(directory), UNUSABLE, "Expected a file, but " + directory + " is a directory");
        Path empty = Files.createFile(directory.resolve("empty.db"));
        assertRefused(runImport(empty), UNUSABLE, "but the file is empty");
        assertThat(end()).isZero();
    }

    @Test
    void settingsOfTheClientAreTaken() throws Exception {
        createTopic();
        Path config = Files.writeString(
                directory.resolve("client.properties"), "\uFEFFsecurity.protocol=NONESUCH\n"); // as of a Windows editor
        CommandRun run = CommandRun.of(
                "import",
                store.toString(),
                "--topic",
                topic,
                "--bootstrap-server",
                broker.bootstrap(),
                "--command-config",
                config.toString());
        assertRefused(run, USAGE, "security.protocol");
    }

    @Test
    void replicaIsNotReadyAndTakesNothingBeforeTheEndOfTheImport() throws Exception {
        createTopic();
        List<Entry> entries = new ArrayList<>();
        try (LogExport export = LogExport.open(store)) {
            entries.add(export.genesis());
            export.read(100_000, entries::add);
        }
        assertThat(entries).hasSizeGreaterThan(5);
        Session session = new Session();
        try (Producer<byte[], byte[]> producer = clients().newProducer()) {
            send(producer, session, entries, 0, 3);
            try (Replica replica = replica("view.db")) {
                await().atMost(Duration.ofSeconds(30))
                        .untilAsserted(() -> assertThat(told.messages())
                                .anyMatch(line -> line.contains("has a part of an import, up to position ")));
                assertThatThrownBy(replica.log::head)
                        .as("a part of the log is not served")
                        .isInstanceOf(LogUnavailableException.class);
                assertThat(replica.isReady()).isFalse();
                assertThat(replica.log
                                .append(new Batch("cow-1", 1, List.of(report(1, 1))))
                                .toCompletableFuture())
                        .failsWithin(Duration.ofSeconds(1))
                        .withThrowableThat()
                        .withCauseInstanceOf(LogUnavailableException.class);
                assertThat(end()).as("the replica writes nothing").isEqualTo(3);

                send(producer, session, entries, 3, entries.size());
                replica.awaitReady();
                assertThat(replica.isReady()).isTrue();
                assertThat(replica.log.head()).isEqualTo(HEAD);
            }
        }
        assertThat(tables(directory.resolve("view.db"))).isEqualTo(tables(store));
    }

    private void send(Producer<byte[], byte[]> producer, Session session, List<Entry> entries, int from, int to)
            throws Exception {
        for (Entry entry : entries.subList(from, to)) {
            producer.send(EntryCodec.encode(topic, id(store), session.next(), entry))
                    .get(30, TimeUnit.SECONDS);
        }
    }

    private static Appended append(Replica replica, Batch batch) throws Exception {
        CompletionStage<Appended> result = replica.log.append(batch);
        return result.toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private void createTopic() throws Exception {
        broker.createTopic(topic, TopicSettings.of(1, 1, clients().largestEntry()));
    }

    private KafkaClients clients() {
        Map<String, Object> settings = Map.of("bootstrap.servers", broker.bootstrap());
        return new KafkaClients(settings, settings, settings, 2 * Replica.LARGEST_ENTRY);
    }

    private long end() throws Exception {
        return new TopicClient(broker::admin, topic).end().get(30, TimeUnit.SECONDS);
    }

    private Replica replica(String name) throws Exception {
        return new Replica(broker.bootstrap(), topic, directory.resolve(name));
    }

    private CommandRun runImport(Path file) {
        return CommandRun.of("import", file.toString(), "--topic", topic, "--bootstrap-server", broker.bootstrap());
    }

    private static void assertRefused(CommandRun run, int exitCode, String sentence) {
        assertThat(run.err()).contains(sentence).hasLineCount(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.exitCode()).isEqualTo(exitCode);
    }

    private static String id(Path file) throws Exception {
        return bounds(file).get(3).toLowerCase();
    }

    private static List<String> bounds(Path file) throws Exception {
        return List.of(Tables.read(file).get("bounds").get(0).split(" \\| "));
    }

    /** Without those that tell of sessions and of the topic, and when the last entry was recorded. */
    private static Map<String, List<String>> tables(Path file) throws Exception {
        Map<String, List<String>> tables = Tables.read(file);
        tables.keySet().removeAll(List.of("session", "claim", "topic"));
        List<String> bounds = new ArrayList<>(bounds(file));
        bounds.remove(2);
        tables.put("bounds", bounds);
        return tables;
    }
}
