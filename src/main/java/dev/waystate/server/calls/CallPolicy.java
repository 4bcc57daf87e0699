package dev.waystate.server.calls;

import java.util.Collection;

/** Checks the open calls at least ten times a second, and ends those that may not go on. */
public interface CallPolicy {

    /**
     * Checks one call, which has not been ended.
     *
     * @param now by the clock of the calls' own times
     */
    default void check(OpenCall call, long now) {}

    /**
     * Checks all calls together, after each one was checked.
     *
     * @param calls all that are open, also those that have been ended and are not closed yet
     * @param now by the clock of the calls' own times
     */
    default void checkAll(Collection<OpenCall> calls, long now) {}
}
