package dev.waystate.cli.output;

/** Bars of block characters. Their length shows a value. */
final class Bar {

    /** The characters of a bar's end, from an eighth of a character to a whole one. */
    private static final String EIGHTHS = "▏▎▍▌▋▊▉█";

    private static final int PARTS = EIGHTHS.length();

    private Bar() {}

    /**
     * Returns the bar of a value. Each value above zero has at least an eighth of a character.
     *
     * @param max the value of a bar of the full width, from 1
     * @param width the full width in characters
     */
    static String of(long value, long max, int width) {
        int parts = (int) Math.round((double) value / max * width * PARTS);
        if (value > 0 && parts == 0) {
            parts = 1;
        }
        String whole = EIGHTHS.substring(PARTS - 1).repeat(parts / PARTS);
        int rest = parts % PARTS;
        return rest == 0 ? whole : whole + EIGHTHS.charAt(rest - 1);
    }
}
