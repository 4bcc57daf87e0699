package dev.waystate.cli;

/** Standard output takes no more: its reader has gone, as {@code head} does, or its disk is full. */
final class OutputException extends RuntimeException {

    OutputException() {
        super("Standard output was closed or is full: stopped.");
    }
}
