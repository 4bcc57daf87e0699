package dev.waystate.geometry;

/** The points whose exact distance from a center is not larger than a radius. */
public final class Circle {

    /** Larger than any distance between two points, which is below 1.42 × 2³². */
    private static final double ANY_DISTANCE = 0x1p33;

    private final Point center;
    private final double radius;
    private final SquaredDistance farthest;

    /** @param radius from 0, finite */
    public Circle(Point center, double radius) {
        this.center = center;
        this.radius = Math.min(radius, ANY_DISTANCE);
        this.farthest = SquaredDistance.floorOf(this.radius);
    }

    /** Returns the circle around a point that has every point in it. */
    public static Circle ofAll(Point center) {
        return new Circle(center, ANY_DISTANCE);
    }

    public Point center() {
        return center;
    }

    /** Returns the radius, cut to 2³³, which no distance reaches. */
    public double radius() {
        return radius;
    }

    public boolean contains(Point point) {
        return contains(SquaredDistance.between(center, point));
    }

    /** Whether a point at this distance from the center is in the circle. */
    public boolean contains(SquaredDistance fromCenter) {
        return fromCenter.compareTo(farthest) <= 0;
    }
}
