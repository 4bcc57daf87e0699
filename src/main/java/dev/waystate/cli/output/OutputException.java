package dev.waystate.cli.output;

/** Standard output takes no more: its reader has gone, or its disk is full. */
public final class OutputException extends RuntimeException {

    public OutputException() {
        super("Standard output takes no more: is its disk full?");
    }
}
