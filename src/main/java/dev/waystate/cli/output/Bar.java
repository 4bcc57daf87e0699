package dev.waystate.cli.output;

/** Bars of block characters, as long as a value is large. */
final class Bar {

    /** By eighths of a character, from one to all of it. */
    private static final String EIGHTHS = "▏▎▍▌▋▊▉█";

    private static final int PARTS = EIGHTHS.length();

    private Bar() {}

    /**
     * Returns the bar of a value; the smallest part of a character is there for all values but zero.
     *
     * @param max the value whose bar is as wide as can be, from 1
     * @param width how many characters that is
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
