package dev.waystate.text;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.regex.Pattern;
import org.springframework.boot.convert.DurationStyle;

/** Durations as people write them: a number and its unit. */
public final class Durations {

    /** The nanoseconds of a century fit into a long, and gRPC takes no longer deadline. */
    private static final Duration MAX = Duration.ofDays(36_500);

    private static final Pattern LIKE_DURATION = Pattern.compile("[+-]?(\\d+[a-zA-Z]*|P.*)");
    private static final Pattern WITHOUT_UNIT = Pattern.compile("[+-]?\\d*");

    private Durations() {}

    /** Returns whether the text is meant as a duration, and not as a time. */
    static boolean isLikeDuration(String text) {
        return LIKE_DURATION.matcher(text).matches();
    }

    /**
     * Reads a duration from zero to a century, in the notation of Spring Boot's properties, but never without its unit.
     *
     * @throws InputException if the text is none
     */
    public static Duration fromText(String text) {
        try {
            Duration duration = DurationStyle.detectAndParse(text);
            if (!WITHOUT_UNIT.matcher(text).matches() && !duration.isNegative() && duration.compareTo(MAX) <= 0) {
                return duration;
            }
        } catch (IllegalArgumentException | ArithmeticException | DateTimeParseException notOne) {
            // said below
        }
        throw new InputException(
                "Expected a duration with its unit, such as 500ms, 90s, 10m, 2h or 1d, and at most " + MAX.toDays()
                        + "d, but found \""
                        + VisibleText.of(text) + "\".");
    }

    /** Returns the duration as a message. */
    public static com.google.protobuf.Duration message(Duration duration) {
        return com.google.protobuf.Duration.newBuilder()
                .setSeconds(duration.getSeconds())
                .setNanos(duration.getNano())
                .build();
    }

    /** Returns the duration in its two largest units, cut: 1d 4h, 3h 5m, 2m 3s or 12s. */
    public static String text(Duration duration) {
        if (duration.toDays() > 0) {
            return duration.toDays() + "d " + duration.toHoursPart() + "h";
        }
        if (duration.toHours() > 0) {
            return duration.toHours() + "h " + duration.toMinutesPart() + "m";
        }
        return (duration.toMinutes() > 0 ? duration.toMinutes() + "m " : "") + duration.toSecondsPart() + "s";
    }
}
