package dev.waystate.cli.output;

import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;

/** Times as people and programs write them: RFC 3339. */
public final class Times {

    // What a log can keep.
    private static final Instant EARLIEST = Instant.parse("1678-01-01T00:00:00Z");
    private static final Instant LATEST = Instant.parse("2262-01-01T00:00:00Z");

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
     * Reads a time with its offset from UTC.
     *
     * @throws InputException if the text is none, or one that a log cannot keep
     */
    public static Timestamp fromText(String text) {
        try {
            Instant time = OffsetDateTime.parse(text).toInstant();
            if (!time.isBefore(EARLIEST) && time.isBefore(LATEST)) {
                return Timestamp.newBuilder()
                        .setSeconds(time.getEpochSecond())
                        .setNanos(time.getNano())
                        .build();
            }
        } catch (DateTimeParseException notOne) {
            // said below
        }
        throw new InputException("Expected a time from 1678 to 2261 with its offset from UTC, such as"
                + " 2026-02-03T04:05:06.123Z, but found \"" + TerminalText.of(text) + "\".");
    }

    private static Instant toInstant(Timestamp time) {
        return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
    }

    private static DateTimeFormatter utc(String pattern) {
        return DateTimeFormatter.ofPattern(pattern, Locale.ROOT).withZone(ZoneOffset.UTC);
    }
}
