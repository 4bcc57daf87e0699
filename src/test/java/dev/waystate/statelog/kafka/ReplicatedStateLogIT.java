package dev.waystate.statelog.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waystate.KafkaBroker;
import dev.waystate.statelog.StateLog;
import dev.waystate.statelog.StateLogContract;
import dev.waystate.statelog.operation.RetentionProperties;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplicatedStateLogIT extends StateLogContract {

    @TempDir
    Path directory;

    private final String topic = "log-" + UUID.randomUUID();
    private Replica replica;

    @Override
    protected StateLog open() throws Exception {
        replica = new Replica(
                        KafkaBroker.shared().bootstrap(),
                        topic,
                        directory.resolve("view.db"),
                        RetentionProperties.OFF,
                        1)
                .awaitReady();
        return replica.log;
    }

    @Override
    protected void close(StateLog log) {
        replica.close();
    }

    @Test
    void whereNoClientCanBeMadeNobodyKnowsWhereTheLogEnds() throws Exception {
        try (Replica lost = new Replica("no-address", topic, directory.resolve("lost.db"))) {
            assertThat(lost.log.caughtUp())
                    .failsWithin(Duration.ofSeconds(10))
                    .withThrowableThat()
                    .havingRootCause()
                    .isInstanceOf(ConfigException.class);
        }
    }
}
