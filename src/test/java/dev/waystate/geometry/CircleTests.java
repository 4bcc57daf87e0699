package dev.waystate.geometry;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;

class CircleTests {

    private static final int MIN = Integer.MIN_VALUE;
    private static final int MAX = Integer.MAX_VALUE;

    @Test
    void theEdgeIsInTheCircleAndWhatIsBeyondIsNot() {
        Circle circle = new Circle(new Point(0, 0), 5);
        assertThat(circle.contains(new Point(3, 4))).isTrue();
        assertThat(circle.contains(new Point(-5, 0))).isTrue();
        assertThat(circle.contains(new Point(5, 1))).isFalse();
        assertThat(new Circle(new Point(0, 0), Math.nextDown(5.0)).contains(new Point(3, 4)))
                .isFalse();
        assertThat(new Circle(new Point(7, -7), 0).contains(new Point(7, -7))).isTrue();
        assertThat(new Circle(new Point(7, -7), 0).contains(new Point(7, -6))).isFalse();
    }

    @Test
    void theCornersOfThePlaneAreTheFarthest() {
        Circle all = Circle.ofAll(new Point(MIN, MIN));
        assertThat(all.contains(new Point(MAX, MAX))).isTrue();
        double side = 4_294_967_295.0; // the diagonal is irrational: no double is its length
        assertThat(new Circle(new Point(MIN, MIN), side).contains(new Point(MAX, MIN)))
                .isTrue();
        assertThat(new Circle(new Point(MIN, MIN), Math.nextDown(side)).contains(new Point(MAX, MIN)))
                .isFalse();
        assertThat(new Circle(new Point(MIN, MAX), Double.MAX_VALUE).contains(new Point(MAX, MIN)))
                .isTrue();
        assertThat(new Circle(new Point(MIN, MAX), Double.MIN_VALUE).contains(new Point(MIN, MAX)))
                .isTrue();
    }

    @Property(tries = 100_000)
    void pointsAreInTheCircleWhenTheirExactDistanceIsNotLarger(
            @ForAll int x,
            @ForAll int y,
            @ForAll int toX,
            @ForAll int toY,
            @ForAll @DoubleRange(max = 7e9) double radius) {
        assertThat(new Circle(new Point(x, y), radius).contains(new Point(toX, toY)))
                .isEqualTo(new BigDecimal(square(x, y, toX, toY)).compareTo(new BigDecimal(radius).pow(2)) <= 0);
    }

    @Property(tries = 100_000)
    void squaresOfDistancesAreExact(@ForAll int x, @ForAll int y, @ForAll int toX, @ForAll int toY) {
        SquaredDistance square = SquaredDistance.between(new Point(x, y), new Point(toX, toY));
        assertThat(BigInteger.valueOf(square.high())
                        .shiftLeft(64)
                        .add(new BigInteger(Long.toUnsignedString(square.low()))))
                .isEqualTo(square(x, y, toX, toY));
    }

    private static BigInteger square(int x, int y, int toX, int toY) {
        BigInteger dx = BigInteger.valueOf((long) toX - x);
        BigInteger dy = BigInteger.valueOf((long) toY - y);
        return dx.multiply(dx).add(dy.multiply(dy));
    }
}
