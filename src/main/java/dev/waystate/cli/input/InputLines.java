package dev.waystate.cli.input;

import dev.waystate.cli.output.InputException;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The lines of a file or of standard input, which know their numbers. */
final class InputLines implements AutoCloseable {

    private final String name;
    private final BufferedReader reader;
    private long number;

    /** @param name what the user calls the input, for messages */
    InputLines(String name, BufferedReader reader) {
        this.name = name;
        this.reader = reader;
    }

    /**
     * Opens a file, or standard input for {@code -}.
     *
     * @throws InputException if it cannot be read
     */
    static InputLines open(String file) {
        return new InputLines(InputFiles.name(file), InputFiles.open(file));
    }

    /**
     * Returns the next line, or null after the last one.
     *
     * @throws InputException if it cannot be read
     */
    @Nullable
    String next() {
        number++;
        try {
            return reader.readLine();
        } catch (IOException unreadable) {
            throw new InputException(name + ":" + number + ": Cannot be read as UTF-8.", unreadable);
        }
    }

    /**
     * Parses the line that was read last.
     *
     * @throws InputException with the place of the line if the parser threw one
     */
    <T> T parse(String text, Function<String, T> parser) {
        try {
            return parser.apply(text);
        } catch (InputException wrong) {
            throw new InputException(name + ":" + number + ": " + wrong.getMessage(), wrong);
        }
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
