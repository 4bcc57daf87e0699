package dev.waystate.text;

import dev.waystate.process.Utf8;
import dev.waystate.server.logging.LogText;
import java.nio.file.Path;

/** Text from outside, made fit to be shown. */
public final class VisibleText {

    /** The most characters of one text that are shown. */
    private static final int MAX_LENGTH = 1000;

    private VisibleText() {}

    /**
     * Returns the text on one line, with every character escaped that is no visible character or space. Controls could
     * clear the screen or pretend to be our own output, and bidirectional formats reverse what is read.
     */
    public static String of(String text) {
        return LogText.visible(text, MAX_LENGTH);
    }

    /** Returns the text in the same form, at any length. */
    public static String all(String text) {
        return LogText.visible(text, Integer.MAX_VALUE);
    }

    /** Returns the text, or its beginning and an ellipsis if it is longer than so many characters. */
    public static String cut(String text, int maxLength) {
        return text.codePointCount(0, text.length()) <= maxLength
                ? text
                : text.substring(0, text.offsetByCodePoints(0, maxLength - 1)) + '…';
    }

    public static String of(Path file) {
        return of(Utf8.text(file));
    }
}
