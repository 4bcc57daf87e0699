package dev.waystate.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waystate.KafkaBroker;
import dev.waystate.ServerProcess;
import dev.waystate.cli.CommandRun;
import dev.waystate.faults.LogAudit.Contents;
import dev.waystate.ops.Client;
import dev.waystate.ops.HealthWatch;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A replica loses its view, in part or all of it. */
@Timeout(180)
class ViewLossIT {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final int VICTIM = 1;

    private final String topic = "views-" + UUID.randomUUID();

    @TempDir
    Path directory;

    private Replicas replicas;
    private ReplicaLoad load;

    @BeforeEach
    void start() throws Exception {
        replicas = Replicas.start(directory, 2, KafkaBroker.shared().bootstrap(), topic);
        load = new ReplicaLoad().with(4, replicas.ports());
        load.awaitProgress(TIMEOUT);
    }

    @AfterEach
    void stop() {
        load.close();
        replicas.close();
    }

    @Test
    void emptyDiskIsFilledAgain() throws Exception {
        assertThat(replicas.process(VICTIM).terminate()).isEqualTo(143);
        deleteFile(replicas.file(VICTIM));
        replicas.comeBack(VICTIM);

        assertThatNothingIsLost();
        assertThat(damagedFiles()).isEmpty();
    }

    @Test
    void viewWithADamagedRowIsBuiltAgain() throws Exception {
        assertThatTheViewIsBuiltAgainAfter(() -> {
            try (Connection view = open(replicas.file(VICTIM));
                    Statement statement = view.createStatement()) {
                assertThat(statement.executeUpdate("UPDATE source SET checksum = checksum + 1"))
                        .isPositive();
            }
        });
    }

    @Test
    void viewWithADamagedPageIsBuiltAgain() throws Exception {
        assertThatTheViewIsBuiltAgainAfter(() -> {
            long offset;
            try (Connection view = open(replicas.file(VICTIM));
                    Statement statement = view.createStatement();
                    ResultSet row = statement.executeQuery("SELECT (rootpage - 1) * page_size FROM sqlite_schema,"
                            + " pragma_page_size WHERE name = 'source'")) {
                offset = row.getLong(1);
            }
            try (RandomAccessFile file =
                    new RandomAccessFile(replicas.file(VICTIM).toFile(), "rw")) {
                file.seek(offset);
                file.write(new byte[64]);
            }
        });
    }

    @Test
    void replicaGoesOnFromTheBackUpOfAnotherWhenTheBeginningOfTheTopicIsGone() throws Exception {
        Path copies = directory.resolve("copies");
        Path copy = copies.resolve("replica-0").resolve("data").resolve("waystate.db");
        Files.createDirectories(copy.getParent());
        CommandRun backup = CommandRun.of(
                "backup", copy.toString(), "--from", replicas.file(VICTIM).toString());
        assertThat(backup.exitCode()).as(backup.err()).isZero();
        deleteBeginning(nextOffset(copy));

        try (Replicas started = Replicas.start(copies, 1, KafkaBroker.shared().bootstrap(), topic)) {
            load.with(2, started.port(0));
            load.awaitProgress(TIMEOUT);
            assertThatNothingIsLost();
            await().atMost(TIMEOUT).until(() -> LogAudit.head(started.port(0)) == LogAudit.head(replicas.port(0)));
            assertThat(LogAudit.contents(started.port(0)).equals(LogAudit.contents(replicas.port(0))))
                    .isTrue();
        }
        assertThatAnEmptyDiskIsRefused();
    }

    /** The control: without the back-up there is no going on. */
    private void assertThatAnEmptyDiskIsRefused() throws Exception {
        Path empty = Files.createDirectories(directory.resolve("empty"));
        String[] arguments = Replicas.arguments(KafkaBroker.shared().bootstrap(), topic, 1, ServerProcess.WITHOUT_HTTP);
        try (ServerProcess process = ServerProcess.launch(empty, List.of(), arguments)) {
            assertThat(process.process().waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
            assertThat(process.process().exitValue()).isEqualTo(74);
            assertThat(process.output())
                    .anyMatch(line -> line.contains("to begin at the offset 0, where this replica goes on"));
        }
    }

    private interface Damage {
        void run() throws Exception;
    }

    private void assertThatTheViewIsBuiltAgainAfter(Damage damage) throws Exception {
        assertThat(replicas.process(VICTIM).terminate()).isEqualTo(143);
        damage.run();
        // From here on the others write: the load has all sources, and the damage is met with the first of their
        // entries.
        replicas.comeBackUnawaited(VICTIM);
        try (ReplicaFollower follower = new ReplicaFollower(replicas.port(VICTIM));
                Client client = Client.of(replicas.process(VICTIM))) {
            HealthWatch health = HealthWatch.open(client.channel(), "");
            await().atMost(TIMEOUT).until(() -> !damagedFiles().isEmpty());
            await().atMost(TIMEOUT).until(() -> client.health("") == ServingStatus.SERVING);
            assertThat(health.seen()).contains(ServingStatus.NOT_SERVING);

            Contents contents = assertThatNothingIsLost();
            follower.assertSees(contents.records());
        }
        assertThat(damagedFiles()).hasSize(1);
        assertThat(openFiles(replicas.process(VICTIM).process().pid()))
                .as("the damaged file has been closed")
                .anyMatch(name -> name.endsWith("waystate.db"))
                .noneMatch(name -> name.contains(".damaged"));
        assertThat(replicas.process(VICTIM).output())
                .filteredOn(line -> line.contains("The view is damaged: it is built again"))
                .hasSize(1);
    }

    private Contents assertThatNothingIsLost() throws Exception {
        load.awaitProgress(TIMEOUT);
        load.finish();
        Contents contents = replicas.awaitAgreement();
        load.audit(contents);
        return contents;
    }

    private List<Path> damagedFiles() throws IOException {
        try (Stream<Path> files = Files.list(replicas.file(VICTIM).getParent())) {
            return files.filter(file -> file.getFileName().toString().contains(".damaged"))
                    .toList();
        }
    }

    private static List<String> openFiles(long pid) throws IOException {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
            return descriptors.filter(Files::exists).map(ViewLossIT::target).toList();
        }
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException gone) {
            return "";
        }
    }

    private static void deleteFile(Path file) throws IOException {
        try (Stream<Path> files = Files.list(file.getParent())) {
            for (Path one : files.toList()) {
                Files.delete(one);
            }
        }
    }

    private static Connection open(Path file) throws Exception {
        return DriverManager.getConnection("jdbc:sqlite:" + file);
    }

    private static long nextOffset(Path file) throws Exception {
        try (Connection view = open(file);
                Statement statement = view.createStatement();
                ResultSet row = statement.executeQuery("SELECT next_offset FROM topic")) {
            return row.getLong(1);
        }
    }

    private void deleteBeginning(long offset) throws Exception {
        Admin admin = KafkaBroker.shared().admin();
        admin.deleteRecords(Map.of(new TopicPartition(topic, 0), RecordsToDelete.beforeOffset(offset)))
                .all()
                .get();
    }
}
