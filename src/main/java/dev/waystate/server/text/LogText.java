package dev.waystate.server.text;

import java.util.Locale;

/** Text from outside, made fit for one log line. */
public final class LogText {

    /** The most characters that a text takes in a log line, with its quotes. */
    static final int MAX_LENGTH = 256;

    private static final String CUT = "…\"";

    private LogText() {}

    /**
     * Returns the text in double quotes and on one line, in at most 256 characters. Quotes, backslashes and every
     * character that is no visible character or space (controls, line and paragraph separators, bidirectional and other
     * format characters, lone surrogates, unassigned and private ones) are escaped; a longer text is cut and ends in an
     * ellipsis.
     */
    public static String quote(String text) {
        StringBuilder quoted = new StringBuilder(Math.min(text.length() + 2, MAX_LENGTH)).append('"');
        int fits = 1;
        for (int i = 0; i < text.length(); ) {
            int character = text.codePointAt(i);
            append(quoted, character);
            i += Character.charCount(character);
            int rest = i < text.length() ? CUT.length() : 1;
            if (quoted.length() + rest > MAX_LENGTH) {
                quoted.setLength(fits);
                return quoted.append(CUT).toString();
            }
            if (quoted.length() + CUT.length() <= MAX_LENGTH) {
                fits = quoted.length();
            }
        }
        return quoted.append('"').toString();
    }

    /**
     * Returns the text as {@link #quote} has it, without the quotes, and with those in it as they are: for fields of a
     * structured log, whose format escapes them.
     */
    public static String visible(String text) {
        StringBuilder visible = new StringBuilder(Math.min(text.length(), MAX_LENGTH));
        int fits = 0;
        for (int i = 0; i < text.length(); ) {
            int character = text.codePointAt(i);
            appendVisibly(visible, character);
            i += Character.charCount(character);
            if (visible.length() > MAX_LENGTH) {
                visible.setLength(fits);
                return visible.append(CUT.charAt(0)).toString();
            }
            fits = visible.length() < MAX_LENGTH ? visible.length() : fits;
        }
        return visible.toString();
    }

    private static void append(StringBuilder quoted, int character) {
        if (character == '"' || character == '\\') {
            quoted.append('\\').append((char) character);
        } else {
            appendVisibly(quoted, character);
        }
    }

    /** Appends a character, escaped unless it is a visible one or a space. */
    public static void appendVisibly(StringBuilder text, int character) {
        if (isVisible(character)) {
            text.appendCodePoint(character);
        } else {
            text.append(String.format(Locale.ROOT, character > 0xFFFF ? "\\u{%X}" : "\\u%04X", character));
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
