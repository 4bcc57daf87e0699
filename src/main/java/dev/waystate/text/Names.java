package dev.waystate.text;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The rules for the names of sources and callers. */
public final class Names {

    private static final int MAX_BYTES = 256;

    private Names() {}

    /**
     * Returns what was expected of a name that is blank, longer than 256 bytes of UTF-8, begins or ends with white
     * space, or has control characters or halves of surrogate pairs; empty if nothing is wrong.
     */
    public static Optional<String> problem(String name) {
        if (name.isBlank() || name.length() > MAX_BYTES || name.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
            return Optional.of("expected a name of 1 to " + MAX_BYTES + " bytes that is not blank");
        }
        if (isSpace(name.codePointAt(0)) || isSpace(name.codePointBefore(name.length()))) {
            return Optional.of("expected a name without white space at its beginning or end");
        }
        return name.codePoints().anyMatch(Names::isUnfit)
                ? Optional.of("expected a name without control characters")
                : Optional.empty();
    }

    /** Returns whether a character is white space, also a no-break space, which {@link String#strip} leaves. */
    private static boolean isSpace(int character) {
        return Character.isWhitespace(character) || Character.isSpaceChar(character);
    }

    private static boolean isUnfit(int character) {
        return Character.isISOControl(character) || Character.getType(character) == Character.SURROGATE;
    }
}
