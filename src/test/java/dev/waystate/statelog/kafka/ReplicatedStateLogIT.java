package dev.waystate.statelog.kafka;

import dev.waystate.KafkaBroker;
import dev.waystate.statelog.StateLog;
import dev.waystate.statelog.StateLogContract;
import dev.waystate.statelog.operation.RetentionProperties;
import java.nio.file.Path;
import java.util.UUID;
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
}
