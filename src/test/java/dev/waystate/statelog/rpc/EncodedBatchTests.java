package dev.waystate.statelog.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waystate.geometry.Point;
import dev.waystate.proto.v1.ReadResponse;
import dev.waystate.proto.v1.RecordBatch;
import dev.waystate.statelog.GivenRecord;
import dev.waystate.statelog.StateRecord;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EncodedBatchTests {

    private final Random random = new Random(1);
    private Instant recordedAt = Instant.EPOCH;

    @Test
    void bytesAreThoseOfTheMessages() throws Exception {
        for (int round = 0; round < 200; round++) {
            RecordBatch.Builder expected = RecordBatch.newBuilder();
            EncodedBatch batch = new EncodedBatch();
            assertThat(batch.isEmpty()).isTrue();
            for (int i = random.nextInt(50); i >= 0; i--) {
                StateRecord record = record();
                expected.addRecords(Messages.toRecord(record));
                batch.add(new GivenRecord(record));
            }
            assertThat(batch.isEmpty()).isFalse();
            assertThat(batch.in(ReadResponse.getDefaultInstance()).bytes())
                    .endsWith(expected.build().toByteArray());
            ReadResponse rest = ReadResponse.newBuilder()
                    .setPosition(round)
                    .setHeadPosition(random.nextLong())
                    .setSentAt(Messages.toTimestamp(Instant.now()))
                    .setLogId("id")
                    .build();
            assertThat(ReadResponse.parseFrom(batch.in(rest).bytes()))
                    .isEqualTo(rest.toBuilder().setBatch(expected).build());
        }
    }

    private StateRecord record() {
        if (random.nextInt(3) == 0) {
            recordedAt = switch (random.nextInt(4)) {
                case 0 -> Instant.EPOCH;
                case 1 -> Instant.ofEpochSecond(random.nextInt(), 0);
                default -> Instant.ofEpochSecond(random.nextInt(), random.nextInt(1_000_000_000));
            };
        }
        return new StateRecord(
                1 + random.nextLong(Long.MAX_VALUE),
                "ö".repeat(1 + random.nextInt(100)),
                random.nextInt(3) == 0 ? 0 : random.nextLong(),
                random.nextInt(3) == 0 ? 0 : random.nextInt(),
                "info".repeat(random.nextInt(4) * random.nextInt(30) * random.nextInt(200)),
                random.nextBoolean() ? null : Instant.ofEpochSecond(random.nextInt(), random.nextInt(2)),
                recordedAt,
                random.nextBoolean() ? null : new Point(random.nextInt(2) * random.nextInt(), random.nextInt()));
    }
}
