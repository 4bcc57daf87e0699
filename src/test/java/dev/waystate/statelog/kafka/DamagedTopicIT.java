package dev.waystate.statelog.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waystate.KafkaBroker;
import dev.waystate.statelog.Batch;
import dev.waystate.statelog.Report;
import dev.waystate.statelog.operation.RetentionProperties;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Bytes change in the file in which the broker keeps the topic. It is far away: polls that end in time bring nothing. */
@Timeout(180)
class DamagedTopicIT {

    private static final String TOPIC = "reports";
    private static final int ONE_WAY_MILLIS = 100;

    @TempDir
    Path directory;

    /** Where, in a batch of records. */
    enum Damage {
        /** Damage in the records, which the consumer finds by the checksum. */
        CONTENT(80),
        /** Damage in the length of the batch: the broker cannot find what follows. */
        LENGTH(8);

        final int place;

        Damage(int place) {
            this.place = place;
        }
    }

    @ParameterizedTest
    @EnumSource
    void aReplicaStopsAndSaysFromWhereOn(Damage damage) throws Exception {
        try (DistantRelay relay = new DistantRelay(ONE_WAY_MILLIS);
                KafkaBroker broker = relay.startBroker(directory.resolve("kafka"))) {
            try (Replica replica = replica(broker, "first").awaitReady()) {
                for (String info : List.of("first", "second", "third")) {
                    Batch batch = new Batch("cow-7", Batch.UNNUMBERED, List.of(new Report(1, info, null, null)));
                    replica.log.append(batch).toCompletableFuture().get(20, TimeUnit.SECONDS);
                }
            }
            // The control.
            try (Replica whole = replica(broker, "whole").awaitReady()) {
                assertThat(whole.log.head()).isEqualTo(3);
            }

            long offset = damage(damage, 3);
            try (Replica replica = replica(broker, "empty")) {
                assertThat(replica.health.failure.get(60, TimeUnit.SECONDS))
                        .isInstanceOf(UnusableTopicException.class)
                        .hasMessageStartingWith("The topic reports is damaged from offset " + offset + " on: ")
                        .hasMessageEndingWith("Restore the topic, or begin a new one from a back-up");
            }
        }
    }

    private Replica replica(KafkaBroker broker, String name) throws Exception {
        return new Replica(broker.bootstrap(), TOPIC, directory.resolve(name + ".db"), RetentionProperties.OFF, 1);
    }

    /** Changes a byte of a batch, and returns the offset of its first record. */
    private long damage(Damage damage, int batch) throws IOException {
        Path segment = directory.resolve("kafka/data/" + TOPIC + "-0/00000000000000000000.log");
        try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
            long start = 0;
            for (int passed = 0; passed < batch; passed++) {
                file.seek(start + Long.BYTES);
                start += Long.BYTES + Integer.BYTES + file.readInt();
            }
            file.seek(start);
            long offset = file.readLong();
            file.seek(start + damage.place);
            int before = file.read();
            file.seek(start + damage.place);
            file.write(before ^ 0x80);
            return offset;
        }
    }
}
