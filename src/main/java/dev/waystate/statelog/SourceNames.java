package dev.waystate.statelog;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** What a source may be called. */
public final class SourceNames {

    private static final int MAX_BYTES = 256;

    private SourceNames() {}

    /**
     * Returns what was expected of a name that is blank, longer than 256 bytes of UTF-8, or has control characters; empty
     * for one that is fine.
     */
    public static Optional<String> problem(String name) {
        if (name.isBlank() || name.length() > MAX_BYTES || name.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
            return Optional.of("expected a name of 1 to " + MAX_BYTES + " bytes that is not blank");
        }
        return name.codePoints().anyMatch(Character::isISOControl)
                ? Optional.of("expected a name without control characters")
                : Optional.empty();
    }
}
