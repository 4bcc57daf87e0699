package dev.waystate.cli.output;

/** Standard output takes no more: its reader has gone, as {@code head} does, or its disk is full. */
public final class OutputException extends RuntimeException {

    public OutputException() {
        super("Standard output was closed or is full: stopped.");
    }
}
