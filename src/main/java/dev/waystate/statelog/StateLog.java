package dev.waystate.statelog;

import java.util.concurrent.CompletionStage;

/** A log of state reports. */
public interface StateLog {

    /**
     * Adds the reports of a batch to the log. Does not block: the batch waits in memory until the log has taken it, and
     * callers bound how many are under way.
     *
     * @return completes once every report is stored, on a thread of the log that must not be held up
     */
    CompletionStage<Appended> append(Batch batch);
}
