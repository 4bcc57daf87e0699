package dev.waystate.security.access;

import dev.waystate.process.RegularFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A file of tokens, one a line; blank lines and those that begin with {@code #} do not count. */
final class TokenFile {

    private static final int MAX_BYTES = 64 * 1024;
    private static final String COMMENT = "#";

    private TokenFile() {}

    /**
     * Returns the tokens that are in the file now.
     *
     * @throws IOException if it cannot be read, or a line is no token. The message has nothing of the content
     */
    static List<TokenHash> read(Path path) throws IOException {
        List<String> lines = content(path).lines().map(String::strip).toList();
        List<TokenHash> tokens = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).isEmpty() || lines.get(i).startsWith(COMMENT)) {
                continue;
            }
            TokenHash token = TokenHash.valueOf(lines.get(i));
            if (token.problem() != null) {
                throw new IOException(path + ", line " + (i + 1) + ": " + token.problem());
            }
            tokens.add(token);
        }
        if (tokens.isEmpty()) {
            throw new IOException("expected a token in " + path + ", but it has none");
        }
        return tokens;
    }

    private static String content(Path path) throws IOException {
        byte[] bytes;
        try (var file = RegularFile.open(path)) {
            bytes = file.readNBytes(MAX_BYTES + 1);
        } catch (IOException unreadable) {
            throw new IOException("expected a file that can be read, but found " + path);
        }
        if (bytes.length > MAX_BYTES) {
            throw new IOException("expected at most " + MAX_BYTES + " bytes in " + path);
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
