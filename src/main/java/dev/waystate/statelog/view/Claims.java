package dev.waystate.statelog.view;

import dev.waystate.statelog.FencedException;
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
import org.jspecify.annotations.Nullable;

/**
 * Which claim holds each source, in the order of the log. All of them are in memory: one for each stream that is open.
 */
final class Claims implements AutoCloseable {

    private final PreparedStatement insert;
    private final PreparedStatement delete;

    /** As of the last commit. */
    private final Map<String, Origin> holders = new HashMap<>();

    /** What the transaction has changed; null where no claim holds the source any more. */
    private final Map<String, @Nullable Origin> changed = new HashMap<>();

    Claims(WriterConnection connection) throws SQLException {
        insert = connection.prepare("INSERT OR REPLACE INTO claim VALUES (?, ?, ?)");
        delete = connection.prepare("DELETE FROM claim WHERE source = ?");
        try (PreparedStatement find = connection.prepare("SELECT source, session, counter FROM claim");
                ResultSet row = find.executeQuery()) {
            while (row.next()) {
                holders.put(row.getString(1), new Origin(Session.ofBytes(row.getBytes(2)), row.getLong(3)));
            }
        }
    }

    /** Gives a source to a claim. */
    void take(String source, Origin claim) {
        changed.put(source, claim);
    }

    /** Releases a source from a claim, if the claim still holds it. */
    void release(String source, Origin claim) {
        if (claim.equals(holder(source))) {
            changed.put(source, null);
        }
    }

    /** Releases the sources of all claims but those of these sessions. */
    void retain(Set<UUID> sessions) {
        Set<String> claimed = new HashSet<>(holders.keySet());
        claimed.addAll(changed.keySet());
        for (String source : claimed) {
            Origin claim = holder(source);
            if (claim != null && !sessions.contains(claim.session())) {
                changed.put(source, null);
            }
        }
    }

    /** @throws FencedException if the claim does not hold the source, or no longer */
    void check(String source, Origin claim) {
        if (!claim.equals(holder(source))) {
            throw new FencedException(source);
        }
    }

    private @Nullable Origin holder(String source) {
        return changed.containsKey(source) ? changed.get(source) : holders.get(source);
    }

    /** Returns for how many sources the claim has changed. */
    int changed() {
        return changed.size();
    }

    /** Writes what has changed. */
    void write() throws SQLException {
        for (Map.Entry<String, @Nullable Origin> change : changed.entrySet()) {
            Origin claim = change.getValue();
            if (claim == null) {
                delete.setString(1, change.getKey());
                delete.addBatch();
            } else {
                insert.setString(1, change.getKey());
                insert.setBytes(2, Session.bytes(claim.session()));
                insert.setLong(3, claim.counter());
                insert.addBatch();
            }
        }
        insert.executeBatch();
        delete.executeBatch();
    }

    /** Keeps what was written, once it is committed. */
    void committed() {
        changed.forEach((source, claim) -> {
            if (claim == null) {
                holders.remove(source);
            } else {
                holders.put(source, claim);
            }
        });
        changed.clear();
    }

    /** Forgets what has changed. */
    void discard() throws SQLException {
        changed.clear();
        insert.clearBatch();
        delete.clearBatch();
    }

    @Override
    public void close() throws SQLException {
        insert.close();
        delete.close();
    }
}
