package dev.waystate.statelog.view;

import dev.waystate.statelog.Claim;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * A claim of a source.
 *
 * @see LogView#apply
 */
public final class SourceClaim implements Claim {

    private final String source;
    private final long number;
    private final Consumer<SourceClaim> onClose;
    private final AtomicBoolean closed = new AtomicBoolean();

    /** Whether the claim has ended, or a later one has taken the source. Used by the thread alone that applies batches. */
    boolean fenced;

    /**
     * @param number above those of the claims that were made before
     * @param onClose runs once; it has the view forget the claim, after the last of its batches
     */
    public SourceClaim(String source, long number, Consumer<SourceClaim> onClose) {
        this.source = source;
        this.number = number;
        this.onClose = onClose;
    }

    public String source() {
        return source;
    }

    boolean isAfter(SourceClaim other) {
        return number > other.number;
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            onClose.accept(this);
        }
    }
}
