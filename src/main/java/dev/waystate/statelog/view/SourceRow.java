package dev.waystate.statelog.view;

import dev.waystate.statelog.Report;
import org.jspecify.annotations.Nullable;

/** A row of the source table while a transaction moves it on. */
final class SourceRow {

    final long id;
    final String name;

    /** The status that the totals count this source under; null while it has no record. */
    final @Nullable Integer countedStatus;

    long durableSequence;
    long position;
    long sequence;
    long recordedAt;

    @Nullable
    Report latest;

    SourceRow(long id, String name, @Nullable Integer countedStatus, long durableSequence) {
        this.id = id;
        this.name = name;
        this.countedStatus = countedStatus;
        this.durableSequence = durableSequence;
    }
}
