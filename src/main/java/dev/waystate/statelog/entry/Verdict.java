package dev.waystate.statelog.entry;

import dev.waystate.statelog.DamagedRecordException;
import dev.waystate.statelog.FencedException;
import dev.waystate.statelog.SequenceGapException;

/** The outcome of applying an entry. It counts once the transaction is committed. */
public sealed interface Verdict {

    /**
     * The entry is part of the log.
     *
     * @param durableSequence the last sequence of the source, 0 when there is none
     * @param head the position of the newest record after it
     */
    record Applied(long durableSequence, long head) implements Verdict {}

    /**
     * The entry changed nothing.
     *
     * @param reason a {@link SequenceGapException}, a {@link FencedException}, or a {@link DamagedRecordException} if
     *     what is stored of its source is damaged
     */
    record Refused(RuntimeException reason) implements Verdict {}

    /**
     * The entry was applied before, an entry of its session ahead of it is missing, or another session imports a
     * history. It may still be applied later.
     */
    record Ignored() implements Verdict {}
}
