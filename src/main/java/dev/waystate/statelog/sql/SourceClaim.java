package dev.waystate.statelog.sql;

import dev.waystate.statelog.Claim;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** A claim of a source, in the order in which claims were made. */
final class SourceClaim implements Claim {

    private final String source;
    private final long number;
    private final Consumer<SourceClaim> onClose;
    private final AtomicBoolean closed = new AtomicBoolean();

    /** Whether the claim has ended, or a later one has taken the source. Used by the thread alone that applies batches. */
    boolean fenced;

    SourceClaim(String source, long number, Consumer<SourceClaim> onClose) {
        this.source = source;
        this.number = number;
        this.onClose = onClose;
    }

    String source() {
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
