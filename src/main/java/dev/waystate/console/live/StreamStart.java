package dev.waystate.console.live;

import dev.waystate.server.status.InvalidRequestException;
import jakarta.servlet.http.HttpServletRequest;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a page wants its stream to begin.
 *
 * @param after the position up to which it knows the log; null to begin with what is recorded from then on
 * @param logId of the log that the position is of; null if the page does not say
 */
record StreamStart(@Nullable Long after, @Nullable String logId) {

    private static final Pattern POSITION = Pattern.compile("\\d{1,18}");
    private static final Pattern LOG_ID = Pattern.compile("[0-9a-fA-F]{32}");

    /** @throws InvalidRequestException if a parameter is wrong */
    static StreamStart of(HttpServletRequest request) {
        String after = parameter(request, "after", POSITION, "a position from 0 on");
        return new StreamStart(
                after == null ? null : Long.valueOf(after),
                parameter(request, "log_id", LOG_ID, "32 hexadecimal digits"));
    }

    private static @Nullable String parameter(
            HttpServletRequest request, String name, Pattern pattern, String expected) {
        String value = request.getParameter(name);
        if (value != null && !pattern.matcher(value).matches()) {
            throw new InvalidRequestException(name, "expected " + expected);
        }
        return value;
    }
}
