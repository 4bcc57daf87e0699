package dev.waystate.statelog.entry;

import dev.waystate.statelog.Claim;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The claim of a source by a stream of this process. */
final class SourceClaim implements Claim {

    private final String source;
    private final Consumer<SourceClaim> onClose;
    private final AtomicBoolean closed = new AtomicBoolean();

    /** The origin of its entry, once that is made. Used only by the thread that takes from the queue. */
    @Nullable
    Origin origin;

    /** Why its entry did not become part of the log. */
    volatile @Nullable Throwable failure;

    /** @param onClose runs once */
    SourceClaim(String source, Consumer<SourceClaim> onClose) {
        this.source = source;
        this.onClose = onClose;
    }

    String source() {
        return source;
    }

    Entry begin(Origin own) {
        origin = own;
        return new Entry.Claim(source);
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            onClose.accept(this);
        }
    }
}
