package dev.waystate.server.logging;

import java.util.Locale;

/** Text from outside, made fit for one log line. */
public final class LogText {

    /** The most characters that a text takes in a log line, with its quotes. */
    static final int MAX_LENGTH = 256;

    private LogText() {}

    /**
     * Returns the text in double quotes and on one line, in at most 256 characters. Quotes, backslashes and every
     * character that is no visible character or space (controls, line and paragraph separators, bidirectional and other
     * format characters, lone surrogates, unassigned and private ones) are escaped; a longer text is cut and ends in an
     * ellipsis.
     */
    public static String quote(String text) {
        return onOneLine(text, MAX_LENGTH, "\"");
    }

    /**
     * Returns the text as {@link #quote} has it, without the quotes, and with those in it as they are: for fields of a
     * structured log, whose format escapes them.
     */
    public static String visible(String text) {
        return visible(text, MAX_LENGTH);
    }

    /** Returns the same in at most so many characters. */
    public static String visible(String text, int maxLength) {
        return onOneLine(text, maxLength, "");
    }

    /** @param quote what stands around the text, and is escaped in it; empty for nothing */
    private static String onOneLine(String text, int maxLength, String quote) {
        String cut = "…" + quote;
        StringBuilder line = new StringBuilder(Math.min(text.length() + 2, maxLength)).append(quote);
        int fits = line.length();
        for (int i = 0; i < text.length(); ) {
            int character = text.codePointAt(i);
            append(line, character, !quote.isEmpty());
            i += Character.charCount(character);
            int rest = i < text.length() ? cut.length() : quote.length();
            if (line.length() + rest > maxLength) {
                line.setLength(fits);
                return line.append(cut).toString();
            }
            if (line.length() + cut.length() <= maxLength) {
                fits = line.length();
            }
        }
        return line.append(quote).toString();
    }

    private static void append(StringBuilder line, int character, boolean quoted) {
        if (quoted && (character == '"' || character == '\\')) {
            line.append('\\').append((char) character);
        } else if (isVisible(character)) {
            line.appendCodePoint(character);
        } else {
            line.append(String.format(Locale.ROOT, character > 0xFFFF ? "\\u{%X}" : "\\u%04X", character));
        }
    }

    private static boolean isVisible(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }
}
