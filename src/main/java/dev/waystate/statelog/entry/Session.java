package dev.waystate.statelog.entry;

import java.util.UUID;

/** Numbers the entries that a process makes. Used by one thread. */
public final class Session {

    private UUID id = UUID.randomUUID();
    private long counter;

    /** Returns the origin of the next entry. */
    public Origin next() {
        return new Origin(id, ++counter);
    }

    /** Begins anew, when an entry has not become part of the log: any that followed it would be refused. */
    public void renew() {
        id = UUID.randomUUID();
        counter = 0;
    }

    /** Whether an entry was made since the session began. */
    public boolean made(Origin origin) {
        return origin.session().equals(id);
    }
}
