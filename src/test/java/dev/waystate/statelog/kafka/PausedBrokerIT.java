package dev.waystate.statelog.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waystate.KafkaBroker;
import dev.waystate.statelog.Appended;
import dev.waystate.statelog.Batch;
import dev.waystate.statelog.Claim;
import dev.waystate.statelog.Report;
import dev.waystate.statelog.operation.RetentionProperties;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A broker that answers nothing for longer than an entry may take. */
@Timeout(120)
class PausedBrokerIT {

    private static final String TOPIC = "paused";
    private static final String INFO = "x".repeat(100_000); // the first of them leaves no room for the others

    @TempDir
    Path directory;

    @Test
    void whatMayBeStoredIsToldAheadOfWhatIsNot() throws Exception {
        try (KafkaBroker broker = KafkaBroker.start(directory.resolve("kafka"))) {
            new TopicClient(broker::admin, TOPIC).create(1, 1, Replica.LARGEST_ENTRY);
            try (Replica replica = new Replica(
                            broker.bootstrap(), TOPIC, directory.resolve("replica.db"), RetentionProperties.OFF, 0)
                    .awaitReady()) {
                broker.pause();
                List<String> told = new CopyOnWriteArrayList<>();
                List<CompletableFuture<Appended>> ends = new ArrayList<>();
                Claim claim = replica.log.claim("cow-7");
                for (long sequence = 1; sequence <= 3; sequence++) {
                    Batch batch = new Batch("cow-7", claim, sequence, List.of(new Report(1, INFO, null, null)));
                    ends.add(replica.log
                            .append(batch)
                            .toCompletableFuture()
                            .whenComplete((appended, problem) -> told.add(String.valueOf(problem))));
                }
                for (CompletableFuture<Appended> end : ends) {
                    assertThat(end).failsWithin(30, TimeUnit.SECONDS);
                }
                broker.resume();
                assertThat(told).hasSize(3);
                assertThat(told.get(0)).contains("whether the reports are stored is not known");
                assertThat(told.get(2)).contains("nothing was stored");
            }
        }
    }
}
