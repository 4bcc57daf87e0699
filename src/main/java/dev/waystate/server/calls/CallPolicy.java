package dev.waystate.server.calls;

import java.util.Collection;

/** Looks at the open calls ten times a second, and ends those that may not go on. */
public interface CallPolicy {

    /** @param calls all that are open, also those that have been ended and not been closed yet */
    void check(Collection<OpenCall> calls);
}
