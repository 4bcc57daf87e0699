package dev.waystate.statelog.view;

import dev.waystate.statelog.StoredRecord;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The checksum of a record, as the writer and the readers make it. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class RecordChecksumBenchmark {

    private final Checksum checksum = new Checksum();
    private long position;

    @Benchmark
    public int ofRecord() {
        return checksum.begin()
                .add(++position)
                .add(position)
                .add(2)
                .add(StoredRecord.NOT_REPORTED)
                .add(1_700_000_000_000_000_000L)
                .add(0)
                .add(position - 1)
                .of("cow-7", "Requires watering.");
    }
}
