package dev.waystate.security.access;

import com.google.common.hash.HashCode;
import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The SHA-256 of a token. The token itself is not kept, and nothing here is ever shown. */
public final class TokenHash {

    /** The form of a token: {@code b64token} of RFC 6750, 2.1. */
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/-]+=*");

    private static final String HASHED = "sha256:";
    private static final int HASH_BITS = 256;
    private static final int MIN_TOKEN_LENGTH = 16;

    private final @Nullable HashCode hash;
    private final @Nullable String problem;

    private TokenHash(@Nullable HashCode hash, @Nullable String problem) {
        this.hash = hash;
        this.problem = problem;
    }

    /**
     * Returns the hash of a text in a configuration: {@code sha256:} and 64 hexadecimal digits, or a token. Never
     * throws, since the binder's exceptions quote the text: {@link #problem} says what is wrong. Public for the binder.
     */
    public static TokenHash valueOf(String text) {
        String stripped = text.strip();
        if (stripped.startsWith(HASHED)) {
            return ofHex(stripped.substring(HASHED.length()));
        }
        if (stripped.length() < MIN_TOKEN_LENGTH) {
            return invalid("expected at least " + MIN_TOKEN_LENGTH + " characters");
        }
        return isToken(stripped)
                ? of(stripped)
                : invalid("expected letters, digits and -._~+/ only, with any = at the end");
    }

    /** Returns the hash of a token that somebody has presented. */
    public static TokenHash of(String token) {
        return new TokenHash(Hashing.sha256().hashString(token, StandardCharsets.ISO_8859_1), null);
    }

    static boolean isToken(String text) {
        return TOKEN.matcher(text).matches();
    }

    private static TokenHash ofHex(String digits) {
        try {
            HashCode hash = HashCode.fromBytes(HexFormat.of().parseHex(digits));
            if (hash.bits() == HASH_BITS) {
                return new TokenHash(hash, null);
            }
        } catch (IllegalArgumentException notHex) {
            // said below, without the text
        }
        return invalid("expected 64 hexadecimal digits after " + HASHED);
    }

    private static TokenHash invalid(String problem) {
        return new TokenHash(null, problem);
    }

    /** Returns what is wrong with the text, without the text; null if nothing is. */
    @Nullable
    String problem() {
        return problem;
    }

    /** Compares in a time that does not depend on the hashes, as {@link HashCode} does. A wrong text equals nothing. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TokenHash that && hash != null && hash.equals(that.hash);
    }

    @Override
    public int hashCode() {
        return Objects.hashCode(hash);
    }

    @Override
    public String toString() {
        return "(hidden)";
    }
}
