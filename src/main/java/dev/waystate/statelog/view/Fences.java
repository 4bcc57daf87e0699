package dev.waystate.statelog.view;

import dev.waystate.statelog.Batch;
import dev.waystate.statelog.FencedException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which claim has each source, in the order of the log. Used by the thread alone that applies batches. */
final class Fences {

    private final Map<String, SourceClaim> holders = new HashMap<>();

    /**
     * Has the claim of a batch take the source, where it does not have it yet.
     *
     * @throws FencedException if a later claim has, or had, taken it
     */
    void pass(Batch batch) {
        if (batch.claim() == null) {
            return;
        }
        SourceClaim claim = (SourceClaim) batch.claim();
        SourceClaim holder = holders.get(batch.source());
        if (holder == claim) {
            return;
        }
        claim.fenced |= holder != null && holder.isAfter(claim);
        if (claim.fenced) {
            throw new FencedException(batch.source());
        }
        take(claim, holder);
    }

    private void take(SourceClaim claim, @Nullable SourceClaim holder) {
        holders.put(claim.source(), claim);
        if (holder != null) {
            holder.fenced = true;
        }
    }

    /** Forgets a claim after the last of its batches: any other would be refused. */
    void release(SourceClaim claim) {
        holders.remove(claim.source(), claim);
        claim.fenced = true;
    }
}
