package dev.waystate.cli.output;

import com.google.protobuf.Timestamp;
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

    // What a log can keep.
    private static final Instant EARLIEST = Instant.parse("1678-01-01T00:00:00Z");
    private static final Instant LATEST = Instant.parse("2262-01-01T00:00:00Z");

    private static final Pattern LEAP_SECOND = Pattern.compile(".*T\\d\\d:\\d\\d:60(\\D.*)?", Pattern.CASE_INSENSITIVE);

    private static final DateTimeFormatter MILLIS = utc("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'");
    private static final DateTimeFormatter NANOS = utc("uuuu-MM-dd'T'HH:mm:ss.nnnnnnnnn'Z'");

    private Times() {}

    /** Returns the time in UTC, cut to milliseconds. */
    public static String toMillis(Timestamp time) {
        return MILLIS.format(toInstant(time));
    }

    /** Returns the time in UTC, to the nanosecond. */
    public static String toNanos(Timestamp time) {
        return NANOS.format(toInstant(time));
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
            return Timestamp.newBuilder()
                    .setSeconds(instant.getEpochSecond())
                    .setNanos(instant.getNano())
                    .build();
        } catch (DateTimeException notOne) {
            throw wrong("in RFC 3339", text);
        }
    }

    private static InputException wrong(String expected, String text) {
        return new InputException("Expected a time " + expected + ", such as 2026-02-03T04:05:06.123Z, but found \""
                + TerminalText.of(text) + "\".");
    }

    private static Instant toInstant(Timestamp time) {
        return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
    }

    private static DateTimeFormatter utc(String pattern) {
        return DateTimeFormatter.ofPattern(pattern, Locale.ROOT).withZone(ZoneOffset.UTC);
    }
}
