package dev.waystate.statelog.view;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The name of a source, as a text and in UTF-8. */
record SourceName(String text, byte[] utf8) {

    SourceName(String text) {
        this(text, text.getBytes(StandardCharsets.UTF_8));
    }

    /** The names that were looked for last: a source keeps its id and its name for as long as the file is open. */
    static final class Cache {

        private static final int MOST_NAMES = 10_000;

        private final Map<Long, SourceName> names = new ConcurrentHashMap<>();

        /** Returns the name of a source that has a record; null when there is no such source. */
        @Nullable
        SourceName find(Connection connection, long id) throws SQLException {
            SourceName known = names.get(id);
            if (known != null) {
                return known;
            }
            try (PreparedStatement find = connection.prepareStatement("SELECT name FROM source WHERE id = ?")) {
                find.setLong(1, id);
                try (ResultSet row = find.executeQuery()) {
                    return row.next() ? add(id, new SourceName(row.getString(1))) : null;
                }
            }
        }

        private SourceName add(long id, SourceName found) {
            if (names.size() >= MOST_NAMES) {
                names.clear();
            }
            names.put(id, found);
            return found;
        }
    }
}
