package dev.waystate.statelog.entry;

import java.nio.ByteBuffer;
import java.util.UUID;

/** Numbers the entries that a process makes. Used by one thread. */
public final class Session {

    /** The length of a session's id. */
    public static final int ID_BYTES = 2 * Long.BYTES;

    private UUID id = UUID.randomUUID();
    private long counter;

    /** Returns the 16 bytes of a session's id. */
    public static byte[] bytes(UUID session) {
        return ByteBuffer.allocate(ID_BYTES)
                .putLong(session.getMostSignificantBits())
                .putLong(session.getLeastSignificantBits())
                .array();
    }

    /** Returns the session whose id has these 16 bytes. */
    public static UUID ofBytes(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return new UUID(buffer.getLong(), buffer.getLong());
    }

    /** Returns the origin of the next entry. */
    public Origin next() {
        return new Origin(id, ++counter);
    }

    /**
     * Begins a new session, when an entry has not become part of the log. Entries that followed it in the old one would
     * be left out.
     */
    public void renew() {
        id = UUID.randomUUID();
        counter = 0;
    }

    /** Returns whether an entry was made since the session began. */
    public boolean made(Origin origin) {
        return origin.session().equals(id);
    }
}
