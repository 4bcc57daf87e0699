package dev.waystate.statelog.view;

import dev.waystate.statelog.DamagedRecordException;
import dev.waystate.statelog.FencedException;
import dev.waystate.statelog.SequenceGapException;

/** What applying a batch came to. It counts once the transaction is committed. */
public sealed interface Verdict {

    /**
     * The log has the reports of the batch.
     *
     * @param durableSequence the last sequence of the source, 0 when there is none
     */
    record Stored(long durableSequence) implements Verdict {}

    /**
     * The batch changed nothing.
     *
     * @param reason a {@link SequenceGapException}, {@link FencedException} or {@link DamagedRecordException}
     */
    record Refused(RuntimeException reason) implements Verdict {}
}
