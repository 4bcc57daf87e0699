package dev.waystate.geometry;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The exact distance, and what a root that is rounded twice costs. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class DistanceBenchmark {

    private static final int PAIRS = 1024;

    /** How far apart the points are: near ones are below 2²⁴, where a double holds all. */
    @Param({"near", "far"})
    String points;

    private final int[] coordinates = new int[4 * PAIRS];

    @Setup
    public void choosePoints() {
        Random random = new Random(1);
        for (int i = 0; i < coordinates.length; i++) {
            coordinates[i] = points.equals("near") ? random.nextInt(10_000) : random.nextInt();
        }
    }

    @Benchmark
    @OperationsPerInvocation(PAIRS)
    public float exact() {
        float sum = 0;
        for (int i = 0; i < coordinates.length; i += 4) {
            sum += Distance.between(coordinates[i], coordinates[i + 1], coordinates[i + 2], coordinates[i + 3]);
        }
        return sum;
    }

    @Benchmark
    @OperationsPerInvocation(PAIRS)
    public float roundedTwice() {
        float sum = 0;
        for (int i = 0; i < coordinates.length; i += 4) {
            double dx = (double) coordinates[i + 2] - coordinates[i];
            double dy = (double) coordinates[i + 3] - coordinates[i + 1];
            sum += (float) Math.sqrt(dx * dx + dy * dy);
        }
        return sum;
    }
}
