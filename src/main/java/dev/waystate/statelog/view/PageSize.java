package dev.waystate.statelog.view;

import dev.waystate.statelog.SourceState;
import dev.waystate.statelog.StateRecord;
import dev.waystate.statelog.StoredRecord;
import java.nio.charset.StandardCharsets;

/** Cuts a page by what its items take in memory and in a message, so that a page is bounded whatever they hold. */
final class PageSize {

    /** About how many bytes a record takes besides its texts. */
    private static final int BYTES_PER_RECORD = 100;

    /** About how many bytes a source takes besides its latest record and its name. */
    private static final int BYTES_PER_SOURCE = 150;

    private final long maxBytes;
    private long bytes;

    PageSize(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Counts a record. Returns whether it has a place in the page, as the first item always has. */
    boolean takes(StoredRecord next) {
        return takes(BYTES_PER_RECORD + next.infoLength() + next.sourceUtf8().length);
    }

    /** Counts a source. Returns whether it has a place in the page, as the first item always has. */
    boolean takes(SourceState next) {
        return takes(BYTES_PER_SOURCE + length(next.latest().source()) + bytes(next.latest()));
    }

    private boolean takes(long added) {
        boolean first = bytes == 0;
        bytes += added;
        return first || bytes <= maxBytes;
    }

    private static long bytes(StateRecord stored) {
        return BYTES_PER_RECORD + length(stored.info()) + length(stored.source());
    }

    private static long length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
