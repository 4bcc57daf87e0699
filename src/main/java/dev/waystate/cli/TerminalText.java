package dev.waystate.cli;

import java.nio.file.Path;
import java.util.Locale;

/** Text from outside, made fit for a terminal. */
final class TerminalText {

    /** The most characters of one text that are shown. */
    private static final int MAX_LENGTH = 1000;

    private TerminalText() {}

    /**
     * Returns the text on one line, every character escaped that is no visible character or space: controls could clear
     * the screen or pretend to be output of ours, and bidirectional formats reverse what is read.
     */
    static String of(String text) {
        StringBuilder shown = new StringBuilder(Math.min(text.length(), MAX_LENGTH));
        for (int i = 0; i < text.length(); ) {
            if (shown.length() >= MAX_LENGTH) {
                return shown.append('…').toString();
            }
            int character = text.codePointAt(i);
            append(shown, character);
            i += Character.charCount(character);
        }
        return shown.toString();
    }

    /** Returns the text, or its beginning and an ellipsis if it is longer than so many characters. */
    static String cut(String text, int maxLength) {
        return text.codePointCount(0, text.length()) <= maxLength
                ? text
                : text.substring(0, text.offsetByCodePoints(0, maxLength - 1)) + '…';
    }

    static String of(Path file) {
        return of(file.toString());
    }

    private static void append(StringBuilder shown, int character) {
        switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED ->
                shown.append(String.format(Locale.ROOT, character > 0xFFFF ? "\\u{%X}" : "\\u%04X", character));
            default -> shown.appendCodePoint(character);
        }
    }
}
