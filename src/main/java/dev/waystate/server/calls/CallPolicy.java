package dev.waystate.server.calls;

import java.util.Collection;

/** Looks at the open calls at least ten times a second, and ends those that may not go on. */
public interface CallPolicy {

    /**
     * Looks at one call, which has not been ended.
     *
     * @param now by the clock of the calls' own times
     */
    default void check(OpenCall call, long now) {}

    /**
     * Looks at all together, after each was looked at.
     *
     * @param calls all that are open, also those that have been ended and not been closed yet
     * @param now by the clock of the calls' own times
     */
    default void checkAll(Collection<OpenCall> calls, long now) {}
}
