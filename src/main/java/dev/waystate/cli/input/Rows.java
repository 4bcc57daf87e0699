package dev.waystate.cli.input;

import com.google.common.collect.AbstractIterator;
import dev.waystate.cli.output.Terminals;
import dev.waystate.process.Utf8;
import dev.waystate.text.InputException;
import dev.waystate.text.VisibleText;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.util.StreamUtils;

/**
 * The rows of a UTF-8 text, with or without a byte order mark. Each row is returned as soon as its line end has come:
 * LF, CRLF or CR. Rows without visible text are left out. A row is one cell, or it is split as CSV is: cells in double
 * quotes may have separators, line breaks and doubled quotes. The first comma, semicolon or tab outside of quotes is
 * the separator from there on.
 */
final class Rows extends AbstractIterator<List<String>> implements Closeable {

    private static final int MAX_ROW_BYTES = 1024 * 1024;

    private enum Place {
        CELL_START,
        IN_CELL,
        IN_QUOTES,
        AFTER_QUOTE
    }

    private final TextBytes text;
    private final boolean complete;
    private final byte[] cell = new byte[MAX_ROW_BYTES];
    private int cellLength;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    private @Nullable Boolean split;
    private boolean begun;
    private char separator;
    private long rowLine = 1;
    private long quoteLine;
    private boolean cut;

    /**
     * @param name what messages call the text
     * @param split whether rows are split into cells; if null, they are unless the first one begins with a brace
     * @param complete whether a last row without a line end is whole
     */
    Rows(String name, InputStream in, @Nullable Boolean split, boolean complete) {
        this.text = new TextBytes(name, in);
        this.split = split;
        this.complete = complete;
    }

    /**
     * Opens a file, or standard input for {@code -}.
     *
     * @param split as for the constructor
     * @param complete whether the last row of a regular file is whole without a line end; those of pipes always are
     * @throws InputException if it cannot be opened
     */
    static Rows open(String file, @Nullable Boolean split, boolean complete) {
        if (file.isEmpty()) {
            throw new InputException("Expected the name of a file, or - for stdin, but found \"\".");
        }
        if (file.equals("-")) {
            return new Rows("stdin", standardInput(), split, complete || !Terminals.isStdinFile());
        }
        String name = VisibleText.of(file);
        try {
            Path path = Utf8.path(file);
            if (Files.isDirectory(path)) {
                throw new InputException("Expected a file, but " + name + " is a directory.");
            }
            return new Rows(name, Files.newInputStream(path), split, complete || !Files.isRegularFile(path));
        } catch (NoSuchFileException missing) {
            throw new InputException("Expected a file, but there is no " + name + ".", missing);
        } catch (IOException | InvalidPathException unreadable) {
            throw new InputException("Expected a file that can be read, but " + name + " cannot.", unreadable);
        }
    }

    /**
     * Returns a stream that leaves standard input open when it is closed. Otherwise the next file that is opened would
     * get its descriptor.
     */
    private static InputStream standardInput() {
        if (Terminals.isStdinClosed()) {
            throw new InputException("Expected the input on stdin, but standard input is closed.");
        }
        return StreamUtils.nonClosing(System.in);
    }

    /** Returns whether rows are split into cells, once there was a row. */
    boolean isSplit() {
        return !Boolean.FALSE.equals(split);
    }

    /** Returns the separator, or 0 while no row has had one. */
    char separator() {
        return separator;
    }

    /** Returns whether the last row has no line end, and may be half a row. */
    boolean isCut() {
        return cut && !complete;
    }

    /** Returns the exception that says what is wrong with the last row. */
    InputException wrong(String message) {
        String placed = text.at(rowLine, message);
        return isCut() ? new IncompleteInputException(placed) : new InputException(placed);
    }

    @Override
    protected @Nullable List<String> computeNext() {
        List<String> row;
        do {
            row = row();
        } while (row != null && row.stream().allMatch(String::isBlank));
        return row == null ? endOfData() : row;
    }

    private @Nullable List<String> row() {
        List<String> cells = new ArrayList<>();
        Place place = Place.CELL_START;
        long start = text.count();
        rowLine = text.line();
        int before = text.last();
        for (int next = text.read(); next != TextBytes.END; before = next, next = text.read()) {
            if (text.count() - start > MAX_ROW_BYTES) {
                throw wrong("Expected rows of at most 1 MB, but this one is longer"
                        + (place == Place.IN_QUOTES ? ": a quote opens in line " + quoteLine + "." : "."));
            }
            if (place == Place.IN_QUOTES) {
                if (next == '"') {
                    place = Place.AFTER_QUOTE;
                } else {
                    cell[cellLength++] = (byte) next;
                }
            } else if (next == '\n' && before == '\r') {
                continue; // the rest of the last row's line end
            } else if (next == '\n' || next == '\r') {
                cells.add(takeCell());
                return cells;
            } else if (isSeparator(next)) {
                cells.add(takeCell());
                place = Place.CELL_START;
            } else {
                place = add(next, before, place);
                if (text.line() == 1 && cells.isEmpty() && isByteOrderMark()) {
                    cellLength = 0;
                    place = Place.CELL_START;
                }
            }
        }
        return rest(cells, place);
    }

    private Place add(int next, int before, Place place) {
        if (!begun && next > ' ' && next < 0x80) {
            begun = true;
            begin(next == '{' || next == '[');
        }
        boolean quote = next == '"' && isSplit();
        if (quote && place == Place.CELL_START) {
            cellLength = 0;
            quoteLine = text.line();
            return Place.IN_QUOTES;
        }
        if (place == Place.AFTER_QUOTE && next == ' ') {
            return place;
        }
        if (place == Place.AFTER_QUOTE && !(quote && before == '"')) {
            throw wrong("Expected the next column after a closing quote, but found more text:"
                    + " write quotes inside quotes twice.");
        }
        cell[cellLength++] = (byte) next;
        if (quote && place == Place.AFTER_QUOTE) {
            return Place.IN_QUOTES; // it was doubled
        }
        return place == Place.CELL_START && next == ' ' ? place : Place.IN_CELL;
    }

    private void begin(boolean withBrace) {
        if (split == null) {
            split = !withBrace;
        } else if (split && withBrace) {
            throw wrong(
                    "Expected CSV, but found a brace at the beginning, as of JSON: if it is JSON lines, say --format json,"
                            + " or let the name of the file end in .jsonl.");
        }
    }

    private boolean isByteOrderMark() {
        return cellLength == 3 && cell[0] == (byte) 0xEF && cell[1] == (byte) 0xBB && cell[2] == (byte) 0xBF;
    }

    private @Nullable List<String> rest(List<String> cells, Place place) {
        if (cells.isEmpty() && cellLength == 0 && place == Place.CELL_START) {
            return null;
        }
        cut = text.last() != '\n' && text.last() != '\r';
        if (place == Place.IN_QUOTES) {
            rowLine = quoteLine;
            throw wrong("A quote opens here and is not closed until the end.");
        }
        cells.add(takeCell());
        return cells;
    }

    private boolean isSeparator(int next) {
        if (isSplit() && separator == 0 && (next == ',' || next == ';' || next == '\t')) {
            separator = (char) next;
        }
        return isSplit() && next == separator;
    }

    private String takeCell() {
        ByteBuffer bytes = ByteBuffer.wrap(cell, 0, cellLength);
        cellLength = 0;
        try {
            return decoder.decode(bytes).toString();
        } catch (CharacterCodingException otherEncoding) {
            throw wrong(String.format(
                    "Expected text in UTF-8, but found the byte %02X in another encoding: convert it, such as with"
                            + " 'iconv -f WINDOWS-1252 -t UTF-8', or save it as UTF-8.",
                    cell[bytes.position()]));
        }
    }

    @Override
    public void close() {
        text.close();
    }
}
