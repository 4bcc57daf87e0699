package dev.waystate.cli.output;

import java.util.List;

/** Paints a terminal. */
public final class Screen {

    private static final String CLEAR = "\u001b[H\u001b[J";
    private static final String CUT_LINES = "\u001b[?7l";
    private static final String WRAP_LINES = "\u001b[?7h";

    private Screen() {}

    /** Returns what shows these lines in the place of all that is shown, and leaves the cursor below them. */
    public static String paint(List<String> lines) {
        return CLEAR + CUT_LINES + String.join(System.lineSeparator(), lines) + WRAP_LINES;
    }
}
