package dev.waystate.cli.input;

import dev.waystate.cli.output.InputException;
import dev.waystate.cli.output.TerminalText;
import dev.waystate.proto.Displacement;
import dev.waystate.proto.Point;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads points and displacements. */
public final class Points {

    private static final Pattern POINT = Pattern.compile("([+-]?\\d+),([+-]?\\d+)");
    private static final Pattern LIKE_POINT = Pattern.compile("[+-]?\\d.*");
    private static final Pattern SPACE = Pattern.compile("\\s+");

    private Points() {}

    /** Tells whether the text is meant as a point, and neither as an option nor as a file. */
    public static boolean isLikePoint(String text) {
        return LIKE_POINT.matcher(text).matches() && (text.contains(",") || text.startsWith("-"));
    }

    /**
     * Reads {@code x,y}.
     *
     * @throws InputException if the text is none or a coordinate is no int32
     */
    static Point point(String text) {
        Matcher matcher = POINT.matcher(text);
        if (!matcher.matches()) {
            throw new InputException(
                    "Expected a point X,Y of two whole numbers, but found \"" + TerminalText.of(text) + "\".");
        }
        return Point.newBuilder()
                .setX(coordinate(matcher.group(1)))
                .setY(coordinate(matcher.group(2)))
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
            throw new InputException("Expected two points, X1,Y1 X2,Y2, but found \"" + TerminalText.of(text) + "\".");
        }
        return displacement(points[0], points[1]);
    }

    public static Displacement displacement(String start, String end) {
        return Displacement.newBuilder()
                .setStart(point(start))
                .setEnd(point(end))
                .build();
    }

    private static int coordinate(String number) {
        try {
            return Integer.parseInt(number);
        } catch (NumberFormatException tooLarge) {
            throw new InputException(
                    "Expected a coordinate from -2147483648 to 2147483647, but found " + TerminalText.of(number) + ".");
        }
    }
}
