package dev.waystate.statelog.rpc;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.waystate.geometry.Point;
import dev.waystate.proto.Data;
import dev.waystate.proto.v1.AppendRequest;
import dev.waystate.proto.v1.ReadResponse;
import dev.waystate.statelog.Batch;
import dev.waystate.statelog.Report;
import dev.waystate.statelog.StateRecord;
import dev.waystate.statelog.StoredRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.springframework.util.unit.DataSize;

/** From the bytes of messages to reports, and from records to bytes; the times are for one of them. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class MessagesBenchmark {

    private static final int BATCH = 100;
    private static final String INFO = "Requires watering.";
    private static final Instant TIME = Instant.parse("2026-01-02T03:04:05.678901234Z");

    private final ReportChecks reports =
            new ReportChecks(new StateLogServiceProperties(10, DataSize.ofKilobytes(4), Duration.ofSeconds(10)));

    private final byte[] data =
            Data.newBuilder().setStatusValue(2).setInfo(INFO).build().toByteArray();
    private final byte[] request = request().toByteArray();
    private final Stored stored = new Stored(
            new StateRecord(1_234_567, "cow-7", 4711, 2, INFO, TIME, TIME, null),
            "cow-7".getBytes(UTF_8),
            INFO.getBytes(UTF_8),
            TIME.getEpochSecond() * 1_000_000_000 + TIME.getNano());

    private static AppendRequest request() {
        AppendRequest.Builder request =
                AppendRequest.newBuilder().setSource("cow-7").setFirstSequence(1);
        for (int i = 0; i < BATCH; i++) {
            request.addReports(dev.waystate.proto.v1.Report.newBuilder()
                    .setStatusValue(2)
                    .setInfo(INFO)
                    .setReportedAt(Messages.toTimestamp(TIME)));
        }
        return request.build();
    }

    @Benchmark
    public Report dataToReport() throws InvalidProtocolBufferException {
        return reports.fromData(Data.parseFrom(data), null, 0);
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public Batch requestToReports() throws InvalidProtocolBufferException {
        return reports.fromRequest("cow-7", null, AppendRequest.parseFrom(request));
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public byte[] recordsToResponse() {
        EncodedBatch records = new EncodedBatch();
        for (int i = 0; i < BATCH; i++) {
            records.add(stored);
        }
        return records.in(ReadResponse.getDefaultInstance()).bytes();
    }

    /** One that is the same each time: finding it costs nothing. */
    private record Stored(StateRecord toRecord, byte[] sourceUtf8, byte[] bytes, long recordedAt)
            implements StoredRecord {

        @Override
        public long position() {
            return toRecord.position();
        }

        @Override
        public String source() {
            return toRecord.source();
        }

        @Override
        public long sequence() {
            return toRecord.sequence();
        }

        @Override
        public int status() {
            return toRecord.status();
        }

        @Override
        public int infoStart() {
            return 0;
        }

        @Override
        public int infoLength() {
            return bytes.length;
        }

        @Override
        public long reportedAt() {
            return recordedAt;
        }

        @Override
        public Point location() {
            return null;
        }
    }
}
