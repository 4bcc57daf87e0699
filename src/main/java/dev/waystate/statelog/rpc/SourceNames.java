package dev.waystate.statelog.rpc;

import com.google.common.base.Utf8;
import dev.waystate.server.InvalidRequestException;

/** What a source may be called. */
final class SourceNames {

    private static final int MAX_BYTES = 256;

    private SourceNames() {}

    /**
     * Returns the name.
     *
     * @param field where the name stands, for the error
     * @throws InvalidRequestException if it is blank, longer than 256 bytes of UTF-8, or has control characters
     */
    static String checked(String name, String field) {
        if (name.isBlank() || name.length() > MAX_BYTES || Utf8.encodedLength(name) > MAX_BYTES) {
            throw new InvalidRequestException(
                    field, "expected a name of 1 to " + MAX_BYTES + " bytes that is not blank");
        }
        if (name.codePoints().anyMatch(Character::isISOControl)) {
            throw new InvalidRequestException(field, "expected a name without control characters");
        }
        return name;
    }
}
