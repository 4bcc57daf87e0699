package dev.waystate.cli.input;

import dev.waystate.text.InputException;
import dev.waystate.text.VisibleText;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;

/**
 * The bytes of a UTF-8 text, each as soon as it has come, and the line that they are in. LF, CRLF or CR ends a line.
 */
final class TextBytes implements Closeable {

    static final int END = -1;

    private static final String UTF_16 =
            "Expected text in UTF-8, but found UTF-16: convert it with 'iconv -f UTF-16 -t UTF-8', or save it as UTF-8.";

    private final String name;
    private final InputStream in;
    private final byte[] buffer = new byte[8192];
    private int position;
    private int limit;
    private long count;
    private int last;
    private long line = 1;

    /** @param name what messages call the text */
    TextBytes(String name, InputStream in) {
        this.name = name;
        this.in = in;
    }

    /**
     * Returns the next byte, or {@link #END}.
     *
     * @throws InputException if the byte cannot be part of a UTF-8 text, or cannot be read
     */
    int read() {
        if (position == limit) {
            fill();
        }
        if (limit == END) {
            return END; // from now on: another writer may open a named pipe again
        }
        int next = buffer[position++] & 0xFF;
        count++;
        if (next == 0 || (count <= 2 && next >= 0xFE)) {
            throw new InputException(at(
                    line,
                    count <= 2
                            ? UTF_16
                            : "Expected text, but found a NUL byte: the file is damaged here, or no text."));
        }
        if (next == '\r' || (next == '\n' && last != '\r')) {
            line++;
        }
        last = next;
        return next;
    }

    private void fill() {
        try {
            limit = in.read(buffer);
            position = 0;
        } catch (IOException unreadable) {
            String reason = VisibleText.of(String.valueOf(unreadable.getMessage()));
            throw new InputException(at(line, "Cannot be read: " + reason), unreadable);
        }
    }

    /** Returns the line of the next byte, from 1. */
    long line() {
        return line;
    }

    /** Returns how many bytes were read. */
    long count() {
        return count;
    }

    /** Returns the byte that was read last. */
    int last() {
        return last;
    }

    /** Returns a message that names a line. */
    String at(long line, String message) {
        return name + ":" + line + ": " + message;
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException unimportant) {
            // all was read, or nobody wants the rest
        }
    }
}
