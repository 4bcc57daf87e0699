package dev.waystate.statelog.view;

import java.nio.charset.StandardCharsets;

/** Cuts a page by what its records take in memory and in a message, so that a page is bounded whatever they hold. */
final class PageSize {

    /** About what a record takes besides its texts. */
    private static final int BYTES_PER_RECORD = 100;

    private final long maxBytes;
    private long bytes;

    PageSize(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Counts a record, and returns whether it still has a place in the page; the first one has. */
    boolean takes(String info, String source) {
        boolean first = bytes == 0;
        bytes += BYTES_PER_RECORD + length(info) + length(source);
        return first || bytes <= maxBytes;
    }

    private static int length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
