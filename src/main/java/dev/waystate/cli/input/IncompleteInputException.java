package dev.waystate.cli.input;

import dev.waystate.text.InputException;

/** The last row has no line end. Whoever writes the file may be in the middle of the row. */
public final class IncompleteInputException extends InputException {

    IncompleteInputException(String message) {
        super(message);
    }
}
