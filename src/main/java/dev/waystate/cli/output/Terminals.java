package dev.waystate.cli.output;

import org.jline.nativ.CLibrary;

/** Tells which of the process's streams are terminals. */
public final class Terminals {

    private static final int STDOUT = 1;
    private static final int STDERR = 2;

    private Terminals() {}

    public static boolean isStdout() {
        return isTerminal(STDOUT);
    }

    static boolean isStderr() {
        return isTerminal(STDERR);
    }

    // System.console() knows of stdin and stdout only, and since Java 22 is there without a terminal.
    private static boolean isTerminal(int stream) {
        try {
            return CLibrary.isatty(stream) == 1;
        } catch (LinkageError noNativeLibrary) {
            return false;
        }
    }
}
