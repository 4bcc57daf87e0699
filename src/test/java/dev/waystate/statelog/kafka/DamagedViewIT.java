package dev.waystate.statelog.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.waystate.KafkaBroker;
import dev.waystate.statelog.Appended;
import dev.waystate.statelog.Batch;
import dev.waystate.statelog.DamagedRecordException;
import dev.waystate.statelog.HistoryPlace;
import dev.waystate.statelog.LogUnavailableException;
import dev.waystate.statelog.Page;
import dev.waystate.statelog.PositionBeyondHeadException;
import dev.waystate.statelog.Report;
import dev.waystate.statelog.StateRecord;
import dev.waystate.statelog.file.UnusableFileException;
import dev.waystate.statelog.operation.RetentionProperties;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Readers of a replica meet damage that no entry comes to, or the next entry comes to damage. */
@Timeout(120)
class DamagedViewIT {

    @TempDir
    Path directory;

    private final String topic = "damaged-" + UUID.randomUUID();

    @Test
    void theViewIsBuiltAgainAndWhatIsDamagedAgainSoonIsNamed() throws Exception {
        try (Replica replica = open()) {
            damageFirst();
            assertThatThrownBy(() -> replica.log.read(0, 1_000)).isInstanceOf(LogUnavailableException.class);
            await().atMost(Duration.ofSeconds(20)).until(() -> replica.count("rebuilds") == 1 && replica.isReady());
            assertThat(replica.log.read(0, 1_000)).extracting(StateRecord::info).containsExactly("first", "second");

            damageFirst();
            assertThatThrownBy(() -> replica.log.read(0, 1_000)).isInstanceOf(DamagedRecordException.class);
            assertThat(replica.count("rebuilds")).isEqualTo(1);
        }
    }

    @Test
    void theViewStaysWhereTheTopicHasNoBeginningToBuildItFrom() throws Exception {
        try (Replica replica = open()) {
            deleteBeginning();
            damageFirst();
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThatThrownBy(() -> replica.log.read(0, 1_000))
                            .isInstanceOf(DamagedRecordException.class));
            assertThat(replica.log.read(1, 1_000)).extracting(StateRecord::info).containsExactly("second");
            assertThat(replica.count("rebuilds")).isZero();
        }
    }

    @Test
    void aPlaceThatAReaderMakesUpIsNoDamage() throws Exception {
        try (Replica replica = open()) {
            Batch other = new Batch("cow-8", Batch.UNNUMBERED, List.of(new Report(1, "other", null, null)));
            replica.log.append(other).toCompletableFuture().get(20, TimeUnit.SECONDS);
            assertThatThrownBy(() -> replica.log.records("cow-7", new HistoryPlace(4, true), Set.of(), 10, 1_000))
                    .isInstanceOf(PositionBeyondHeadException.class);
            Page<StateRecord, HistoryPlace> page =
                    replica.log.records("cow-7", new HistoryPlace(3, true), Set.of(), 10, 1_000);
            assertThat(page.items()).extracting(StateRecord::info).containsExactly("second", "first");
            assertThat(replica.count("rebuilds")).isZero();
        }
    }

    @Test
    void theViewIsBuiltAgainWhereAnEntryComesToDamageAndNotWithoutEnd() throws Exception {
        try (Replica replica = open()) {
            damageSource();
            append(replica, "third");
            await().atMost(Duration.ofSeconds(20)).until(() -> replica.count("rebuilds") == 1 && replica.isReady());
            assertThat(replica.log.read(0, 1_000))
                    .extracting(StateRecord::info)
                    .containsExactly("first", "second", "third");

            damageSource();
            append(replica, "fourth");
            assertThat(replica.health.failure.get(20, TimeUnit.SECONDS))
                    .isInstanceOf(UnusableFileException.class)
                    .hasMessageStartingWith("The view is damaged again, less than an hour after it was built: ");
            assertThat(replica.count("rebuilds")).isEqualTo(1);
        }
    }

    @Test
    void theFileStaysWhereAnEntryComesToDamageAndTheTopicHasNoBeginning() throws Exception {
        try (Replica replica = open()) {
            deleteBeginning();
            damageSource();
            append(replica, "third");
            assertThat(replica.health.failure.get(20, TimeUnit.SECONDS))
                    .isInstanceOf(UnusableFileException.class)
                    .hasMessageContaining("the topic " + topic + " has lost its beginning: ");
            assertThat(replica.count("rebuilds")).isZero();
        }
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).noneMatch(file -> file.toString().contains(".damaged"));
        }
        try (Connection view = DriverManager.getConnection("jdbc:sqlite:" + file());
                Statement statement = view.createStatement();
                ResultSet row = statement.executeQuery("SELECT head FROM bounds")) {
            assertThat(row.getLong(1)).isEqualTo(2);
        }
    }

    @Test
    void aTopicThatLacksWhatTheDamagedViewHadIsRefused() throws Exception {
        try (KafkaBroker broker = KafkaBroker.start(directory.resolve("kafka"));
                Replica replica = open(broker)) {
            broker.kill();
            cutLastEntry();
            damageFirst();
            assertThatThrownBy(() -> replica.log.read(0, 1_000)).isInstanceOf(LogUnavailableException.class);
            broker.restart();
            assertThat(replica.health.failure.get(60, TimeUnit.SECONDS))
                    .isInstanceOf(UnusableTopicException.class)
                    .hasMessageStartingWith("The topic " + topic + " has lost entries that this replica has applied");
            assertThat(replica.count("rebuilds")).isZero();
        }
    }

    private Replica open() throws Exception {
        return open(KafkaBroker.shared());
    }

    private Replica open(KafkaBroker broker) throws Exception {
        Replica replica = new Replica(broker.bootstrap(), topic, file(), RetentionProperties.OFF, 1).awaitReady();
        for (String info : List.of("first", "second")) {
            append(replica, info).toCompletableFuture().get(20, TimeUnit.SECONDS);
        }
        return replica;
    }

    private static CompletionStage<Appended> append(Replica replica, String info) {
        return replica.log.append(new Batch("cow-7", Batch.UNNUMBERED, List.of(new Report(1, info, null, null))));
    }

    /** Takes the last batch of records off the file in which the broker keeps the topic. */
    private void cutLastEntry() throws IOException {
        Path segment = directory.resolve("kafka/data/" + topic + "-0/00000000000000000000.log");
        try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
            long last = 0;
            for (long next = 0; next < file.length(); next += Long.BYTES + Integer.BYTES + file.readInt()) {
                last = next;
                file.seek(next + Long.BYTES);
            }
            file.setLength(last);
        }
    }

    private void deleteBeginning() throws Exception {
        KafkaBroker.shared()
                .admin()
                .deleteRecords(Map.of(new TopicPartition(topic, 0), RecordsToDelete.beforeOffset(1)))
                .all()
                .get();
    }

    private void damageSource() throws SQLException {
        try (Connection view = DriverManager.getConnection("jdbc:sqlite:" + file());
                Statement statement = view.createStatement()) {
            assertThat(statement.executeUpdate("UPDATE source SET checksum = checksum + 1"))
                    .isEqualTo(1);
        }
    }

    private void damageFirst() throws SQLException {
        try (Connection view = DriverManager.getConnection("jdbc:sqlite:" + file());
                Statement statement = view.createStatement()) {
            assertThat(statement.executeUpdate(
                            "UPDATE block SET data = unhex(replace(hex(data), hex('first'), hex('other')))"))
                    .isEqualTo(1);
        }
    }

    private Path file() {
        return directory.resolve("view.db");
    }
}
