package dev.waystate.statelog.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.waystate.geometry.Distance;
import dev.waystate.geometry.Point;
import dev.waystate.statelog.Track;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class OdometerTests {

    private static final MathContext EXACT = new MathContext(60);

    /** The error that {@code Track} promises. */
    private static final BigDecimal LARGEST_ERROR = new BigDecimal(0x1p-50);

    @Test
    void aSourceThatStaysHasGoneNowhere() {
        Odometer odometer = Odometer.beginAt(new Point(3, 4)).moveTo(new Point(3, 4));
        assertThat(odometer.toTrack()).isEqualTo(new Track(new Point(3, 4), 0, 0));
    }

    @Test
    void theWayThereAndBackIsTravelledAndNoDisplacement() {
        Odometer odometer =
                Odometer.beginAt(new Point(0, 0)).moveTo(new Point(3, 4)).moveTo(new Point(0, 0));
        assertThat(odometer.toTrack()).isEqualTo(new Track(new Point(0, 0), 0, 10));
    }

    @Property
    void theWayIsTheSumOfItsLines(@ForAll("ways") List<Point> way) {
        assertThatItIsRight(way);
    }

    @Provide
    Arbitrary<List<Point>> ways() {
        Arbitrary<Integer> any = Arbitraries.integers();
        Arbitrary<Integer> small = Arbitraries.integers().between(-10, 10);
        return Arbitraries.oneOf(
                        Combinators.combine(any, any).as(Point::new),
                        Combinators.combine(small, small).as(Point::new))
                .list()
                .ofMinSize(1)
                .ofMaxSize(200);
    }

    /** A long line, and then many short ones, each of which is below half a unit in the last place of the sum. */
    @Test
    void manyShortLinesAfterALongOneCount() {
        Point corner = new Point(Integer.MAX_VALUE, Integer.MAX_VALUE);
        Odometer odometer = Odometer.beginAt(new Point(Integer.MIN_VALUE, Integer.MIN_VALUE));
        for (int i = 0; i < 500_000; i++) {
            odometer = odometer.moveTo(corner).moveTo(new Point(Integer.MIN_VALUE, Integer.MIN_VALUE));
        }
        double before = odometer.travelled();
        double naive = before;
        Point end = odometer.latest();
        for (int i = 1; i <= 100_000; i++) { // each is as long as the diagonal of a unit
            Point next = new Point(end.x() + i % 2, end.y() + i % 2);
            naive += Math.sqrt(2);
            odometer = odometer.moveTo(next);
        }
        double expected = 100_000 * Math.sqrt(2);
        assertThat(odometer.travelled() - before).isCloseTo(expected, within(1.0));
        assertThat(naive - before).as("the control: one double").isNotCloseTo(expected, within(1.0));
    }

    @Test
    void aLongWayOfRandomLinesIsRight() {
        Random random = new Random(7);
        assertThatItIsRight(Stream.generate(() -> new Point(random.nextInt(), random.nextInt()))
                .limit(20_000)
                .toList());
    }

    private static void assertThatItIsRight(List<Point> way) {
        Odometer odometer = Odometer.beginAt(way.get(0));
        BigDecimal exact = BigDecimal.ZERO;
        for (int i = 1; i < way.size(); i++) {
            odometer = odometer.moveTo(way.get(i));
            exact = exact.add(line(way.get(i - 1), way.get(i)));
        }
        Track track = odometer.toTrack();
        assertThat(track.location()).isEqualTo(way.get(way.size() - 1));
        assertThat(track.displacement()).isEqualTo(Distance.between(way.get(0), track.location()));
        assertThat(new BigDecimal(track.travelled()).subtract(exact).abs())
                .isLessThanOrEqualTo(exact.multiply(LARGEST_ERROR));
    }

    private static BigDecimal line(Point start, Point end) {
        BigDecimal dx = BigDecimal.valueOf((long) end.x() - start.x());
        BigDecimal dy = BigDecimal.valueOf((long) end.y() - start.y());
        return dx.multiply(dx).add(dy.multiply(dy)).sqrt(EXACT);
    }
}
