package dev.waystate.statelog.view;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The name of a source, as a text and in UTF-8. */
record SourceName(String text, byte[] utf8) {

    SourceName(String text) {
        this(text, text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The names that were looked up first. A source keeps its id and its name for as long as the file is open. A full
     * cache keeps what it has, since readers that go through many sources would drive out each other's names.
     */
    static final class Cache {

        private static final int MOST_BYTES = 16 * 1024 * 1024;

        /** The bytes that an entry takes in the heap besides its two texts, roughly. */
        private static final int BYTES_BESIDES_NAME = 160;

        private final Map<Long, SourceName> names = new ConcurrentHashMap<>();
        private final AtomicLong bytes = new AtomicLong();
        private final long mostBytes;

        Cache() {
            this(MOST_BYTES);
        }

        /** Makes a cache of another size, for tests. */
        Cache(long mostBytes) {
            this.mostBytes = mostBytes;
        }

        /** Returns a lookup of names for one reading. */
        Lookup on(Connection connection) {
            return new Lookup(connection, this);
        }

        /** Returns the name of a source; null when it is not in the cache. */
        @Nullable
        SourceName known(long id) {
            return names.get(id);
        }

        private void add(long id, SourceName found) {
            long size = BYTES_BESIDES_NAME + 2L * found.utf8.length;
            if (bytes.get() + size <= mostBytes && names.putIfAbsent(id, found) == null) {
                bytes.addAndGet(size);
            }
        }
    }

    /** Looks names up. Its statement is prepared with the first name that is not in the cache. */
    static final class Lookup implements AutoCloseable {

        private final Connection connection;
        private final Cache cache;
        private @Nullable PreparedStatement find;

        private Lookup(Connection connection, Cache cache) {
            this.connection = connection;
            this.cache = cache;
        }

        /** Returns the name of a source; null when there is no such source. */
        @Nullable
        SourceName find(long id) throws SQLException {
            SourceName known = cache.known(id);
            if (known != null) {
                return known;
            }
            if (find == null) {
                find = connection.prepareStatement("SELECT name FROM source WHERE id = ?");
            }
            find.setLong(1, id);
            try (ResultSet row = find.executeQuery()) {
                if (!row.next()) {
                    return null;
                }
                SourceName found = new SourceName(row.getString(1));
                cache.add(id, found);
                return found;
            }
        }

        @Override
        public void close() throws SQLException {
            if (find != null) {
                find.close();
            }
        }
    }
}
