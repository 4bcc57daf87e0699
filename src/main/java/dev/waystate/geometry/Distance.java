package dev.waystate.geometry;

/**
 * The Euclidean distance in the plane of int32 points, rounded once.
 *
 * <p>The result is the float32 nearest to the exact root, ties to even, for every pair of points. Two cases share the
 * proof. Let s = dx² + dy², r = √s, and let m be a midpoint between two neighbouring floats: only a value on the wrong
 * side of m can round to the wrong float.
 *
 * <ul>
 *   <li>Below 2²⁴, s is an integer below 2⁴⁸, so that a double holds it exactly and {@link Math#sqrt} rounds its root
 *       correctly. With 2ᵉ ≤ r &lt; 2ᵉ⁺¹ and e ≤ 23, m is a multiple of 2ᵉ⁻²⁴ and m² one of 2²ᵉ⁻⁴⁸, as s is. An odd
 *       multiple m is no integer for e = 23 and below, so its square is no integer either and differs from s, by
 *       2²ᵉ⁻⁴⁸ at least. Hence |r − m| ≥ 2²ᵉ⁻⁴⁸ / (r + m) &gt; 2ᵉ⁻⁵⁰, while the double lies within 2ᵉ⁻⁵³ of r: it is on
 *       the side of m on which r is, and rounding it again is harmless. (The general condition for harmless double
 *       rounding of roots, p′ ≥ 2p + 2, is S. A. Figueroa's, "When is double rounding innocuous?", ACM SIGNUM
 *       Newsletter 30(3), 1995; it assumes an operand of float precision, which s is not, so the argument is made here.)
 *   <li>From 2²⁴ on, floats are even integers, and the midpoint of two neighbours is an integer. The double root is only
 *       used to find the two floats around r; which of them is nearer is decided by comparing s with m², both exact
 *       integers of up to 66 bits.
 * </ul>
 */
public final class Distance {

    /** 2²⁴: from here on every float is an even integer. */
    private static final double EVEN_FLOATS = 0x1p24;

    private Distance() {}

    /** Returns the distance between two points, in their unit, from 0 to 6074000896. */
    public static float between(int startX, int startY, int endX, int endY) {
        long dx = (long) endX - startX;
        long dy = (long) endY - startY;
        double root = root(dx, dy);
        return root < EVEN_FLOATS ? (float) root : nearest(dx, dy, root);
    }

    /** Returns the distance between two points, in their unit, from 0 to 6074000896. */
    public static float between(Point start, Point end) {
        return between(start.x(), start.y(), end.x(), end.y());
    }

    /**
     * Returns the distance between two points, approximately: the result differs from the exact root by less than 2⁻⁵¹
     * of it. The two squares and their sum are each rounded by up to 2⁻⁵³ of themselves. The root halves these errors,
     * and is rounded itself.
     */
    public static double doubleBetween(Point start, Point end) {
        return root((long) end.x() - start.x(), (long) end.y() - start.y());
    }

    private static double root(long dx, long dy) {
        return Math.sqrt((double) dx * dx + (double) dy * dy);
    }

    private static float nearest(long dx, long dy, double root) {
        float below = (float) root;
        if (below > root) {
            below = Math.nextDown(below);
        }
        float above = Math.nextUp(below);
        int side = SquaredDistance.of(dx, dy).compareTo(SquaredDistance.of(((long) below + (long) above) / 2));
        if (side == 0) {
            return isEven(below) ? below : above;
        }
        return side < 0 ? below : above;
    }

    private static boolean isEven(float value) {
        return (Float.floatToRawIntBits(value) & 1) == 0;
    }
}
