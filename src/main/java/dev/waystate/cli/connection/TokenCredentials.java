package dev.waystate.cli.connection;

import dev.waystate.text.InputException;
import dev.waystate.text.VisibleText;
import io.grpc.CallCredentials;
import io.grpc.Metadata;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executor;

/** Sends the token that the file has at the moment of a call, since tokens are rotated. No message ever contains it. */
final class TokenCredentials extends CallCredentials {

    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    private final Path file;
    private final String setting;
    private volatile String sent;

    /**
     * @param setting the option or variable that names the file
     * @throws InputException if there is no token in the file
     */
    TokenCredentials(Path file, String setting) {
        this.file = file;
        this.setting = setting;
        this.sent = read();
    }

    /** Returns whether the file has another token than the last call has sent. */
    boolean hasChanged() {
        return !newest().equals(sent);
    }

    @Override
    public void applyRequestMetadata(RequestInfo call, Executor executor, MetadataApplier headers) {
        executor.execute(() -> {
            sent = newest();
            Metadata authorization = new Metadata();
            authorization.put(AUTHORIZATION, "Bearer " + sent);
            headers.apply(authorization);
        });
    }

    private String newest() {
        try {
            return read();
        } catch (InputException beingWritten) {
            return sent;
        }
    }

    private String read() {
        String token = content().strip();
        if (token.isEmpty() || token.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw new InputException("Expected one token of visible ASCII characters in the file of " + setting + ", "
                    + VisibleText.of(file) + ", but " + (token.isEmpty() ? "it is empty." : "it has others."));
        }
        return token;
    }

    private String content() {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new InputException(
                    "Expected a file that can be read for " + setting + ", but found " + VisibleText.of(file) + ".",
                    unreadable);
        }
    }
}
