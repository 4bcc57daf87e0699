package dev.waystate.statelog.kafka;

import dev.waystate.KafkaBroker;
import dev.waystate.statelog.StateLog;
import dev.waystate.statelog.WayContract;
import dev.waystate.statelog.view.RetentionProperties;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.io.TempDir;

class ReplicatedWayIT extends WayContract {

    @TempDir
    Path directory;

    private final String topic = "way-" + UUID.randomUUID();
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
