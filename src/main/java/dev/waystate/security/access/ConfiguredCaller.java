package dev.waystate.security.access;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A caller of the configuration, with its tokens and its certificate. */
final class ConfiguredCaller {

    private final Caller caller;
    private final List<TokenHash> tokens;
    private final @Nullable Path file;
    private final @Nullable String certificate;
    private volatile List<TokenHash> tokensOfFile = List.of();

    ConfiguredCaller(Caller caller, List<TokenHash> tokens, @Nullable Path file, @Nullable String certificate) {
        this.caller = caller;
        this.tokens = tokens;
        this.file = file;
        this.certificate = certificate;
    }

    Caller caller() {
        return caller;
    }

    Stream<TokenHash> tokens() {
        return Stream.concat(tokens.stream(), tokensOfFile.stream());
    }

    /** Returns whether the caller has a token. Takes the same time for every token, also for an unknown one. */
    boolean has(TokenHash token) {
        return tokens().filter(token::equals).count() > 0;
    }

    boolean has(String nameOfCertificate) {
        return nameOfCertificate.equals(certificate);
    }

    /** Returns the tokens that its file has now, which need not be those in use; none without a file. */
    List<TokenHash> readFile() throws IOException {
        return file == null ? List.of() : TokenFile.read(file);
    }

    void useTokensOfFile(List<TokenHash> read) {
        tokensOfFile = read;
    }
}
