package dev.waystate.cli.connection;

import dev.waystate.cli.output.TerminalText;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import org.springframework.boot.convert.DurationStyle;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a positive duration in the notation of Spring Boot's properties. */
public final class TimeoutConverter implements ITypeConverter<Duration> {

    /** So that the nanoseconds of every timeout fit into a long. */
    private static final Duration MAX = Duration.ofDays(365);

    @Override
    public Duration convert(String text) {
        Duration timeout = parse(text);
        if (timeout.isZero()) {
            throw unexpected(text);
        }
        return timeout;
    }

    /** Reads a duration from zero to a year. */
    static Duration parse(String text) {
        try {
            Duration duration = DurationStyle.detectAndParse(text);
            if (!duration.isNegative() && duration.compareTo(MAX) <= 0) {
                return duration;
            }
        } catch (IllegalArgumentException | ArithmeticException | DateTimeParseException notOne) {
            // said below
        }
        throw unexpected(text);
    }

    private static TypeConversionException unexpected(String text) {
        return new TypeConversionException("expected a duration above zero with its unit, such as 500ms, 5s or 1m, but"
                + " found \"" + TerminalText.of(text) + "\"");
    }
}
