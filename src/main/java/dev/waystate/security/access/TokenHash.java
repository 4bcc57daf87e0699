package dev.waystate.security.access;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The SHA-256 of a token. The token itself is not kept, and nothing here is ever shown. */
public final class TokenHash {

    /** What a token is made of, by RFC 6750. */
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/-]+=*");

    private static final String HASHED = "sha256:";
    private static final int HASH_LENGTH = 32;
    private static final int MIN_TOKEN_LENGTH = 16;

    private final byte[] hash;
    private final @Nullable String problem;

    private TokenHash(byte[] hash, @Nullable String problem) {
        this.hash = hash;
        this.problem = problem;
    }

    /**
     * Returns what a configuration says: {@code sha256:} and 64 hexadecimal digits, or a token. Never throws, since the
     * binder's exceptions quote the text: {@link #problem} says what is wrong. Public for the binder.
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
        try {
            return new TokenHash(
                    MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.ISO_8859_1)), null);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    static boolean isToken(String text) {
        return TOKEN.matcher(text).matches();
    }

    private static TokenHash ofHex(String digits) {
        try {
            byte[] hash = HexFormat.of().parseHex(digits);
            if (hash.length == HASH_LENGTH) {
                return new TokenHash(hash, null);
            }
        } catch (IllegalArgumentException notHex) {
            // said below, without the text
        }
        return invalid("expected 64 hexadecimal digits after " + HASHED);
    }

    private static TokenHash invalid(String problem) {
        return new TokenHash(new byte[HASH_LENGTH], problem);
    }

    /** Returns what is wrong with the text, without the text; null if nothing is. */
    @Nullable
    String problem() {
        return problem;
    }

    /** Compares in a time that does not depend on the hashes. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TokenHash that
                && problem == null
                && that.problem == null
                && MessageDigest.isEqual(hash, that.hash);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(hash);
    }

    @Override
    public String toString() {
        return "(hidden)";
    }
}
