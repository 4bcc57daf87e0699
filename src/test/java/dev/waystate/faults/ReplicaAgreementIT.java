package dev.waystate.faults;

import dev.waystate.KafkaBroker;
import dev.waystate.faults.LogAudit.Contents;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two replicas to which many write at once. */
@Timeout(120)
class ReplicaAgreementIT {

    private static final int WRITERS = 8;
    private static final int STEPS = 20;

    @TempDir
    Path directory;

    @Test
    void replicasThatAreWrittenToAtOnceTellTheSame() throws Exception {
        String topic = "agreement-" + UUID.randomUUID();
        try (Replicas replicas =
                        Replicas.start(directory, 2, KafkaBroker.shared().bootstrap(), topic);
                ReplicaFollower one = new ReplicaFollower(replicas.port(0));
                ReplicaFollower other = new ReplicaFollower(replicas.port(1));
                ReplicaLoad load =
                        new ReplicaLoad().with(WRITERS, replicas.port(0)).with(WRITERS, replicas.port(1))) {
            for (int step = 0; step < STEPS; step++) {
                load.awaitProgress(Duration.ofSeconds(30));
            }
            load.finish();
            Contents contents = replicas.awaitAgreement();

            load.audit(contents);
            for (ReplicaFollower follower : new ReplicaFollower[] {one, other}) {
                follower.assertSees(contents.records());
            }
        }
    }
}
