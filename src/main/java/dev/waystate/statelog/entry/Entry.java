package dev.waystate.statelog.entry;

import dev.waystate.statelog.Batch;
import dev.waystate.statelog.Report;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A part of a log. The same entries, applied in the same order, make the same tables: what an entry changes, or why it
 * is refused, depends on the entries ahead of it alone.
 */
public sealed interface Entry {

    /** An entry without any effect. When it has been applied, so have all entries ahead of it. */
    Entry BARRIER = new Barrier();

    /**
     * Reports of one source, stored together or not at all.
     *
     * @param claim the origin of the {@link Claim} that has to hold the source; null for reports that need none
     * @param firstSequence the sequence of the first report, from 1; or {@link Batch#UNNUMBERED}
     * @param reports maybe none
     */
    record Append(String source, @Nullable Origin claim, long firstSequence, List<Report> reports) implements Entry {}

    /** A stream takes a source from the one that had it. */
    record Claim(String source) implements Entry {}

    /**
     * A stream releases a source, after the last of its reports.
     *
     * @param claim the origin of its claim
     */
    record Release(String source, Origin claim) implements Entry {}

    /** @see #BARRIER */
    record Barrier() implements Entry {}

    /**
     * A log begins. Only the first one has an effect.
     *
     * @param logId 32 hexadecimal digits
     * @param history what the log had before, whose rows follow in the same session; null when it had nothing
     */
    record Genesis(String logId, @Nullable History history) implements Entry {

        /** The genesis of a log without records. */
        public Genesis(String logId) {
            this(logId, null);
        }

        /** Returns an id that no log has. */
        public static String newLogId() {
            UUID id = UUID.randomUUID();
            return HexFormat.of().toHexDigits(id.getMostSignificantBits())
                    + HexFormat.of().toHexDigits(id.getLeastSignificantBits());
        }
    }

    /**
     * Rows of a history: of all sources, then of all records, transitions and totals. Until the last ones, entries of
     * other sessions have no effect.
     *
     * @param last whether no more follow
     */
    record Rows(
            List<History.Source> sources,
            List<History.Record> records,
            List<History.Transition> transitions,
            List<History.Total> totals,
            boolean last)
            implements Entry {}
}
