package dev.waystate.statelog.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waystate.KafkaBroker;
import dev.waystate.statelog.Appended;
import dev.waystate.statelog.Batch;
import dev.waystate.statelog.Report;
import dev.waystate.statelog.StateRecord;
import dev.waystate.statelog.operation.RetentionProperties;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The control of the claims: without one, what was acknowledged is not always what is stored. */
class UnclaimedBatchIT {

    @TempDir
    Path directory;

    @Test
    void otherReportOfTheSameSequenceIsTakenForTheStoredOne() throws Exception {
        String topic = "unclaimed-" + UUID.randomUUID();
        try (Replica one = open(topic, "one").awaitReady();
                Replica other = open(topic, "other").awaitReady()) {
            assertThat(append(one, "first").durableSequence()).isEqualTo(1);
            assertThat(append(other, "second").durableSequence()).isEqualTo(1);

            assertThat(other.log.read(0, 1_000)).extracting(StateRecord::info).containsExactly("first");
        }
    }

    private Replica open(String topic, String name) throws Exception {
        return new Replica(
                KafkaBroker.shared().bootstrap(), topic, directory.resolve(name + ".db"), RetentionProperties.OFF, 1);
    }

    private static Appended append(Replica replica, String info) throws Exception {
        Batch batch = new Batch("contested", null, 1, List.of(new Report(1, info, null, null)));
        return replica.log.append(batch).toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
}
