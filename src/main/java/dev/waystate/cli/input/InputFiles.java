package dev.waystate.cli.input;

import dev.waystate.cli.output.InputException;
import dev.waystate.cli.output.TerminalText;
import dev.waystate.process.Utf8;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Opens what the user names as input, in UTF-8. */
final class InputFiles {

    private static final String STDIN = "-";
    private static final int BYTE_ORDER_MARK = '\uFEFF';

    private InputFiles() {}

    /** Returns what messages call the input. */
    static String name(String file) {
        return file.equals(STDIN) ? "stdin" : TerminalText.of(file);
    }

    /**
     * Opens a file, or standard input for {@code -}, behind its byte order mark. Malformed text ends in a
     * {@link CharacterCodingException} when it is read.
     *
     * @throws InputException if it cannot be opened
     */
    static BufferedReader open(String file) {
        try {
            InputStream bytes = file.equals(STDIN) ? System.in : Files.newInputStream(regular(file));
            BufferedReader reader =
                    new BufferedReader(new InputStreamReader(bytes, StandardCharsets.UTF_8.newDecoder()));
            if (!file.equals(STDIN)) {
                skipByteOrderMark(reader);
            }
            return reader;
        } catch (CharacterCodingException otherEncoding) {
            throw new InputException("Expected text in UTF-8, but " + name(file) + " is not.", otherEncoding);
        } catch (IOException | InvalidPathException unreadable) {
            throw new InputException("Expected a file that can be read, but found " + name(file) + ".", unreadable);
        }
    }

    private static Path regular(String file) throws IOException {
        Path path = Utf8.path(file);
        if (Files.isDirectory(path)) {
            throw new IOException("A directory");
        }
        return path;
    }

    private static void skipByteOrderMark(BufferedReader reader) throws IOException {
        reader.mark(1);
        if (reader.read() != BYTE_ORDER_MARK) {
            reader.reset();
        }
    }
}
