package dev.waystate.statelog.view;

import dev.waystate.statelog.entry.Origin;
import dev.waystate.statelog.entry.Session;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * The last entry of each session: an entry that comes twice is applied once, and none is applied when one ahead of it in
 * its session is missing. A session is forgotten a week after its last entry, when another begins.
 */
final class Sessions implements AutoCloseable {

    private static final long KEPT_NANOS = TimeUnit.DAYS.toNanos(7);

    private static final class Last {
        long counter;
        long recordedAt;
        boolean moved;
    }

    private final PreparedStatement find;
    private final PreparedStatement write;
    private final PreparedStatement expire;
    private final PreparedStatement findAll;

    /** The sessions that were met since the last {@link #discard}. */
    private final Map<UUID, Last> met = new HashMap<>();

    Sessions(WriterConnection connection) throws SQLException {
        find = connection.prepare("SELECT counter FROM session WHERE id = ?");
        write = connection.prepare("INSERT OR REPLACE INTO session VALUES (?, ?, ?)");
        expire = connection.prepare("DELETE FROM session WHERE recorded_at < ?");
        findAll = connection.prepare("SELECT id FROM session");
    }

    /** Returns whether an entry begins a session that is not known. */
    boolean isNew(Origin origin) throws SQLException {
        return origin.counter() == 1 && last(origin.session()).counter == 0;
    }

    /** Goes on to an entry, if it is the next of its session. Returns whether it is. */
    boolean advance(Origin origin, long recordedAt) throws SQLException {
        Last last = last(origin.session());
        if (origin.counter() != last.counter + 1) {
            return false;
        }
        last.counter = origin.counter();
        last.recordedAt = recordedAt;
        last.moved = true;
        return true;
    }

    /** Returns whether entries of its session are missing ahead of an entry. */
    boolean lacksBefore(Origin origin) throws SQLException {
        return origin.counter() > last(origin.session()).counter + 1;
    }

    /** Remembers a session for longer, since one of its claims is in use. */
    void touch(UUID session, long recordedAt) throws SQLException {
        Last last = last(session);
        if (last.counter > 0) {
            last.recordedAt = recordedAt;
            last.moved = true;
        }
    }

    private Last last(UUID session) throws SQLException {
        Last last = met.get(session);
        if (last == null) {
            last = new Last();
            find.setBytes(1, Session.bytes(session));
            try (ResultSet row = find.executeQuery()) {
                last.counter = row.next() ? row.getLong(1) : 0;
            }
            met.put(session, last);
        }
        return last;
    }

    /** Forgets old sessions and returns those that are left. */
    Set<UUID> expire(long now) throws SQLException {
        write();
        expire.setLong(1, now - KEPT_NANOS);
        expire.executeUpdate();
        Set<UUID> left = new HashSet<>();
        try (ResultSet row = findAll.executeQuery()) {
            while (row.next()) {
                left.add(Session.ofBytes(row.getBytes(1)));
            }
        }
        met.keySet().retainAll(left);
        return left;
    }

    /** Writes how far the sessions have come. */
    void write() throws SQLException {
        for (Map.Entry<UUID, Last> session : met.entrySet()) {
            Last last = session.getValue();
            if (last.moved) {
                write.setBytes(1, Session.bytes(session.getKey()));
                write.setLong(2, last.counter);
                write.setLong(3, last.recordedAt);
                write.executeUpdate();
                last.moved = false;
            }
        }
    }

    /** Forgets what was not written, and with it all that was met. */
    void discard() {
        met.clear();
    }

    @Override
    public void close() throws SQLException {
        find.close();
        write.close();
        expire.close();
        findAll.close();
    }
}
