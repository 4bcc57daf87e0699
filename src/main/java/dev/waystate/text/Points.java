package dev.waystate.text;

import dev.waystate.proto.Displacement;
import dev.waystate.proto.Point;
import java.util.regex.Pattern;

/** Points as people and programs write them: {@code x,y}. */
public final class Points {

    private static final Pattern LIKE_POINT = Pattern.compile("[+-]?\\d.*");
    private static final Pattern WHOLE_NUMBER = Pattern.compile("[+-]?\\d+");
    private static final Pattern SPACE = Pattern.compile("\\s+");

    private Points() {}

    /** Returns whether the text is meant as a point, and not as an option or a file. */
    public static boolean isLikePoint(String text) {
        return LIKE_POINT.matcher(text).matches() && (text.contains(",") || text.startsWith("-"));
    }

    /**
     * Reads {@code x,y}.
     *
     * @throws InputException if the text is no point, or a coordinate is no int32
     */
    public static Point point(String text) {
        String[] coordinates = text.split(",", -1);
        if (coordinates.length != 2
                || !WHOLE_NUMBER.matcher(coordinates[0]).matches()
                || !WHOLE_NUMBER.matcher(coordinates[1]).matches()) {
            throw new InputException(
                    "Expected a point X,Y of two whole numbers, but found \"" + VisibleText.of(text) + "\".");
        }
        return point(coordinates[0], coordinates[1]);
    }

    /**
     * Reads a point from its two coordinates.
     *
     * @throws InputException if one is no int32
     */
    public static Point point(String x, String y) {
        return Point.newBuilder()
                .setX(coordinate("x", x))
                .setY(coordinate("y", y))
                .build();
    }

    /**
     * Reads {@code x1,y1 x2,y2}.
     *
     * @throws InputException if the text is not that
     */
    public static Displacement displacement(String text) {
        String[] points = SPACE.split(text.strip());
        if (points.length != 2) {
            throw new InputException("Expected two points, X1,Y1 X2,Y2, but found \"" + VisibleText.of(text) + "\".");
        }
        return displacement(points[0], points[1]);
    }

    public static Displacement displacement(String start, String end) {
        return Displacement.newBuilder()
                .setStart(point(start))
                .setEnd(point(end))
                .build();
    }

    /** Returns {@code x,y}. */
    public static String text(Point point) {
        return point.getX() + "," + point.getY();
    }

    private static int coordinate(String name, String number) {
        try {
            if (WHOLE_NUMBER.matcher(number).matches()) {
                return Integer.parseInt(number);
            }
        } catch (NumberFormatException tooLarge) {
            // said below
        }
        throw new InputException("Expected a whole number from -2147483648 to 2147483647 as " + name + ", but found \""
                + VisibleText.of(number) + "\".");
    }
}
