package dev.waystate.geometry;

import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * The exact square of a distance, an integer of up to 66 bits. It tells distances apart whose rounded roots are the
 * same.
 *
 * @param high the bits above the lowest 64; from 0 to 4
 * @param low the lowest 64 bits, unsigned
 */
public record SquaredDistance(long high, long low) implements Comparable<SquaredDistance> {

    public static SquaredDistance between(Point start, Point end) {
        return of((long) end.x() - start.x(), (long) end.y() - start.y());
    }

    /** Returns dx² + dy², for |dx|, |dy| &lt; 2³². */
    static SquaredDistance of(long dx, long dy) {
        long squareX = dx * dx; // below 2⁶⁴: the low 64 bits, read as unsigned, are all of it
        long low = squareX + dy * dy;
        return new SquaredDistance(Long.compareUnsigned(low, squareX) < 0 ? 1 : 0, low);
    }

    /** Returns distance², for 0 ≤ distance &lt; 2³³. */
    static SquaredDistance of(long distance) {
        return new SquaredDistance(Math.multiplyHigh(distance, distance), distance * distance);
    }

    /** Returns the largest integer that is not above distance², for 0 ≤ distance ≤ 2³³. */
    static SquaredDistance floorOf(double distance) {
        BigInteger square = new BigDecimal(distance).pow(2).toBigInteger();
        return new SquaredDistance(square.shiftRight(Long.SIZE).longValue(), square.longValue());
    }

    /** Returns the distance, approximately. */
    public double root() {
        return Math.sqrt(high * 0x1p64 + (low >>> 1) * 2.0);
    }

    @Override
    public int compareTo(SquaredDistance other) {
        int order = Long.compare(high, other.high);
        return order != 0 ? order : Long.compareUnsigned(low, other.low);
    }
}
