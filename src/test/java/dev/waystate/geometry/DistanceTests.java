package dev.waystate.geometry;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DistanceTests {

    /** The widest difference of two int32, less what the search for a second leg takes. */
    private static final long LONGEST_LEG = (1L << 32) - (1 << 10);

    @ParameterizedTest
    @CsvSource({
        "0, 12, 12, 14, 12.165525",
        "0, 0, 0, 0, 0",
        "3, 4, 0, 0, 5",
        "-2147483648, 0, 2147483647, 0, 4294967296",
        "-2147483648, -2147483648, 2147483647, 2147483647, 6074000896",
        "2147483647, -2147483648, -2147483648, 2147483647, 6074000896",
    })
    void knownDistancesAreRight(int startX, int startY, int endX, int endY, float expected) {
        assertThat(Distance.between(startX, startY, endX, endY)).isEqualTo(expected);
    }

    @Property(tries = 20_000)
    void everyPairOfPointsGivesTheNearestFloat(
            @ForAll int startX, @ForAll int startY, @ForAll int endX, @ForAll int endY) {
        long dx = (long) endX - startX;
        long dy = (long) endY - startY;
        assertNearest(Distance.between(startX, startY, endX, endY), sumOfSquares(dx, dy));
    }

    @Property(tries = 5_000)
    void shortWaysGiveTheNearestFloat(
            @ForAll @LongRange(min = 0, max = 1 << 12) long dx, @ForAll @LongRange(min = 0, max = 1 << 12) long dy) {
        assertNearest(between(dx, dy), sumOfSquares(dx, dy));
    }

    @Property(tries = 5_000)
    void rootsRightAboveAMidpointGoUp(
            @ForAll @LongRange(min = 1 << 24, max = LONGEST_LEG) long length,
            @ForAll @IntRange(min = 1, max = 100) int dy) {
        long midpoint = midpointNear(length);
        assertNearest(between(midpoint, dy), sumOfSquares(midpoint, dy));
    }

    @Property(tries = 5_000)
    void rootsRightBelowAMidpointGoDown(@ForAll @LongRange(min = 1 << 24, max = LONGEST_LEG) long length) {
        long midpoint = midpointNear(length);
        long dx = legRightBelow(midpoint);
        long dy = otherLeg(midpoint, dx);
        assertNearest(between(dx, dy), sumOfSquares(dx, dy));
    }

    @Property(tries = 5_000)
    void exactMidpointsGoToTheEvenFloat(
            @ForAll @IntRange(min = 3_355_444, max = 6_710_886) int size,
            @ForAll @IntRange(min = 0, max = 7) int shift) {
        long odd = size | 1L; // (3, 4, 5) times an odd number: the hypotenuse is odd and has 25 bits, a midpoint
        long dx = 3 * odd << shift;
        long dy = 4 * odd << shift;
        assertNearest(between(dx, dy), sumOfSquares(dx, dy));
    }

    /** Shows that the properties above ask for more than the obvious formula can do. */
    @Test
    void theObviousFormulaIsWrongNextToMidpoints() {
        Random random = new Random(7);
        long[] midpoints = random.longs(1_000, 1L << 29, LONGEST_LEG)
                .map(DistanceTests::midpointNear)
                .toArray();
        long wrongAbove = Arrays.stream(midpoints)
                .filter(m -> twiceRounded(m, 1) != between(m, 1))
                .count();
        long wrongBelow = Arrays.stream(midpoints)
                .filter(m -> {
                    long dx = legRightBelow(m);
                    long dy = otherLeg(m, dx);
                    return twiceRounded(dx, dy) != between(dx, dy);
                })
                .count();
        assertThat(wrongAbove).isGreaterThan(100);
        assertThat(wrongBelow).isGreaterThan(100);
    }

    private static float twiceRounded(long dx, long dy) {
        return (float) Math.sqrt((double) dx * dx + (double) dy * dy);
    }

    /** Returns the midpoint of the float at or below the length and the next one; an integer from 2^24 on. */
    private static long midpointNear(long length) {
        float below = (float) length;
        return ((long) below + (long) Math.nextUp(below)) / 2;
    }

    /** Returns a leg whose {@link #otherLeg} leads to a root as little below the midpoint as a short search finds. */
    private static long legRightBelow(long midpoint) {
        return LongStream.rangeClosed(1, 2_000)
                .map(step -> midpoint - step)
                .boxed()
                .min(Comparator.comparing(
                        dx -> midpoint * midpoint - dx * dx - (long) Math.pow(otherLeg(midpoint, dx), 2)))
                .orElseThrow();
    }

    /** Returns the longest leg with which the root stays below the midpoint, for a leg close to it. */
    private static long otherLeg(long midpoint, long dx) {
        return BigInteger.valueOf((midpoint - dx) * (midpoint + dx) - 1).sqrt().longValueExact();
    }

    private static float between(long dx, long dy) {
        return Distance.between(
                Integer.MIN_VALUE, Integer.MAX_VALUE, (int) (Integer.MIN_VALUE + dx), (int) (Integer.MAX_VALUE - dy));
    }

    private static BigDecimal sumOfSquares(long dx, long dy) {
        return BigDecimal.valueOf(dx).pow(2).add(BigDecimal.valueOf(dy).pow(2));
    }

    /** The definition: the root lies between the midpoints to both neighbours, on one of them only if even. */
    private static void assertNearest(float distance, BigDecimal sumOfSquares) {
        boolean even = Float.floatToIntBits(distance) % 2 == 0;
        int limit = even ? 0 : -1;
        BigDecimal upper = midpoint(distance, Math.nextUp(distance));
        assertThat(sumOfSquares.compareTo(upper.pow(2))).isLessThanOrEqualTo(limit);
        if (distance > 0) {
            BigDecimal lower = midpoint(Math.nextDown(distance), distance);
            assertThat(lower.pow(2).compareTo(sumOfSquares)).isLessThanOrEqualTo(limit);
        }
    }

    private static BigDecimal midpoint(float below, float above) {
        return new BigDecimal(below).add(new BigDecimal(above)).divide(BigDecimal.valueOf(2));
    }
}
