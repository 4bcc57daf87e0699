package dev.waystate.text;

import com.google.protobuf.Timestamp;
import dev.waystate.proto.v1.Moment;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.TemporalAccessor;
import java.util.Locale;
import java.util.regex.Pattern;

/** Times as people and programs write them: RFC 3339. */
public final class Times {

    // The times that a log keeps, as state_log.proto says.
    private static final Instant EARLIEST = Instant.parse("1678-01-01T00:00:00Z");
    private static final Instant LATEST = Instant.parse("2262-01-01T00:00:00Z");

    private static final Pattern LEAP_SECOND = Pattern.compile(".*T\\d\\d:\\d\\d:60(\\D.*)?", Pattern.CASE_INSENSITIVE);

    private static final Pattern POSITION = Pattern.compile("[+-]?\\d+");

    private static final DateTimeFormatter MILLIS = utc("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'");
    private static final DateTimeFormatter NANOS = utc("uuuu-MM-dd'T'HH:mm:ss.nnnnnnnnn'Z'");

    private Times() {}

    /** Returns the time in UTC, cut to milliseconds. */
    public static String toMillis(Timestamp time) {
        return MILLIS.format(toInstant(time));
    }

    /** Returns the time in UTC, to the nanosecond. */
    public static String toNanos(Timestamp time) {
        return toNanos(toInstant(time));
    }

    /** Returns the time in UTC, to the nanosecond. */
    public static String toNanos(Instant time) {
        return NANOS.format(time);
    }

    /**
     * Reads a time with its offset from UTC; a space may stand for the T.
     *
     * @throws InputException if the text is none, or one that a log cannot keep
     */
    public static Timestamp fromText(String text) {
        String time = text.strip().replaceFirst(" ", "T");
        if (LEAP_SECOND.matcher(time).matches()) {
            throw wrong("without a leap second", text);
        }
        try {
            TemporalAccessor parsed =
                    DateTimeFormatter.ISO_DATE_TIME.parseBest(time, OffsetDateTime::from, LocalDateTime::from);
            if (!(parsed instanceof OffsetDateTime withOffset)) {
                throw wrong("with its offset from UTC, Z or +01:00", text);
            }
            Instant instant = withOffset.toInstant();
            if (instant.isBefore(EARLIEST) || !instant.isBefore(LATEST)) {
                throw wrong("from 1678 to 2261", text);
            }
            return toTimestamp(instant);
        } catch (DateTimeException notOne) {
            throw wrong("in RFC 3339", text);
        }
    }

    /**
     * Reads a time, or how long ago it was, such as 10m, by this machine's clock.
     *
     * @throws InputException if the text is neither
     */
    public static Timestamp fromTextOrAge(String text) {
        return Durations.isLikeDuration(text)
                ? toTimestamp(Instant.now().minus(Durations.fromText(text)))
                : fromText(text);
    }

    /**
     * Reads a moment in the history of a log: a whole number is a position, else it is a time, or how long ago that was.
     *
     * @throws InputException if the text is neither
     */
    public static Moment moment(String text) {
        Moment.Builder moment = Moment.newBuilder();
        if (!POSITION.matcher(text).matches()) {
            return moment.setTime(fromTextOrAge(text)).build();
        }
        try {
            long position = Long.parseLong(text);
            if (position >= 0) {
                return moment.setPosition(position).build();
            }
        } catch (NumberFormatException tooLarge) {
            // said below
        }
        throw new InputException(
                "Expected a position from 0 to " + Long.MAX_VALUE + ", but found " + VisibleText.of(text) + ".");
    }

    private static InputException wrong(String expected, String text) {
        return new InputException("Expected a time " + expected + ", such as 2026-02-03T04:05:06.123Z, but found \""
                + VisibleText.of(text) + "\".");
    }

    private static Timestamp toTimestamp(Instant instant) {
        return Timestamp.newBuilder()
                .setSeconds(instant.getEpochSecond())
                .setNanos(instant.getNano())
                .build();
    }

    public static Instant toInstant(Timestamp time) {
        return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
    }

    private static DateTimeFormatter utc(String pattern) {
        return DateTimeFormatter.ofPattern(pattern, Locale.ROOT).withZone(ZoneOffset.UTC);
    }
}
