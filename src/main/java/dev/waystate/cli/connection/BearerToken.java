package dev.waystate.cli.connection;

import dev.waystate.cli.output.InputException;
import dev.waystate.cli.output.TerminalText;
import io.grpc.CallCredentials;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import net.devh.boot.grpc.client.security.CallCredentialsHelper;

/** Reads a token from its file. No message ever has it. */
final class BearerToken {

    private BearerToken() {}

    /**
     * Returns the token of the file as credentials.
     *
     * @throws InputException if there is no token in it
     */
    static CallCredentials credentials(Path file) {
        String token = read(file).strip();
        if (token.isEmpty() || token.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw new InputException("Expected one token of visible ASCII characters in the --token-file "
                    + TerminalText.of(file) + ", but " + (token.isEmpty() ? "it is empty." : "it has others."));
        }
        return CallCredentialsHelper.bearerAuth(token);
    }

    private static String read(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new InputException(
                    "Expected a file that can be read for --token-file, but found " + TerminalText.of(file) + ".",
                    unreadable);
        }
    }
}
