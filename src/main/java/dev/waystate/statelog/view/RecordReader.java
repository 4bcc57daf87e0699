package dev.waystate.statelog.view;

import dev.waystate.statelog.DamagedRecordException;
import dev.waystate.statelog.HistoryPlace;
import dev.waystate.statelog.Page;
import dev.waystate.statelog.PositionBeyondHeadException;
import dev.waystate.statelog.PrunedPositionException;
import dev.waystate.statelog.StateRecord;
import dev.waystate.statelog.StoredRecord;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads records: the log from a position or a time on, and the history of one source. */
public final class RecordReader {

    /** The most linked records that a page of one source looks at, which takes some milliseconds. */
    private static final int MOST_LINKED = 5_000;

    /** The most records that such a page looks at where they are not linked, of whatever sources. */
    private static final int MOST_UNLINKED = 100_000;

    private final Readers readers;
    private final LogBounds bounds;
    private final SourceName.Cache names = new SourceName.Cache();

    RecordReader(Readers readers, LogBounds bounds) {
        this.readers = readers;
        this.bounds = bounds;
    }

    /** Reads as {@link dev.waystate.statelog.StateLog#read(long, int, Consumer)} does. */
    public long read(long afterPositionExclusive, int maxBytes, Consumer<StoredRecord> to) {
        long head = bounds.head();
        checkPosition(afterPositionExclusive, head);
        if (afterPositionExclusive == head) {
            return head;
        }
        long last = readers.read(
                afterPositionExclusive + 1,
                connection -> readIntact(connection, afterPositionExclusive, head, maxBytes, to));
        if (last == afterPositionExclusive) {
            checkPosition(afterPositionExclusive, head); // retention may have passed by meanwhile
            throw new DamagedRecordException(afterPositionExclusive + 1);
        }
        return last;
    }

    /** Reads as {@link dev.waystate.statelog.StateLog#readNewest} does. */
    public long readNewest(long afterPositionExclusive, int maxBytes, Consumer<StoredRecord> to) {
        long head = bounds.head();
        BlockCursor record = new BlockCursor();
        record.open(bounds.newest());
        long last = afterPositionExclusive;
        if (last < head && record.moveTo(last + 1)) {
            PageSize size = new PageSize(maxBytes);
            do {
                if (!record.isIntact(names.known(record.sourceId())) || !size.takes(record)) {
                    return last;
                }
                to.accept(record);
                last++;
            } while (last < head && record.next());
        }
        return last;
    }

    private void checkPosition(long afterPositionExclusive, long head) {
        if (afterPositionExclusive > head) {
            throw new PositionBeyondHeadException(afterPositionExclusive, head);
        }
        long earliest = bounds.earliest();
        if (afterPositionExclusive + 1 < earliest) {
            throw new PrunedPositionException(afterPositionExclusive, earliest);
        }
    }

    /** Reads records up to the first that is missing or damaged, and returns the position of the last one. */
    private long readIntact(
            Connection connection, long afterPositionExclusive, long head, int maxBytes, Consumer<StoredRecord> to)
            throws SQLException {
        long last = afterPositionExclusive;
        PageSize size = new PageSize(maxBytes);
        try (SourceName.Lookup lookup = names.on(connection);
                RecordScan scan = new RecordScan(connection, last + 1, head)) {
            BlockCursor record = scan.record();
            while (scan.next()
                    && record.position() == last + 1
                    && record.isIntact(lookup.find(record.sourceId()))
                    && size.takes(record)) {
                to.accept(record);
                last++;
            }
        }
        return last;
    }

    /** Reads as {@link dev.waystate.statelog.StateLog#firstSince} does. */
    public long firstSince(Instant time) {
        long head = bounds.head(); // up to which records can be read on
        return readers.readAtOnce(head, connection -> firstSince(connection, Timestamps.toNanos(time), head));
    }

    /** Returns the same of the log as a transaction sees it, up to a head, by bisection: record times never decrease. */
    long firstSince(Connection connection, long nanos, long head) throws SQLException {
        long from = LogBounds.earliest(connection);
        long to = Math.max(from, head + 1);
        try (RecordFinder find = new RecordFinder(connection, names)) {
            while (from < to) {
                long middle = from + (to - from) / 2;
                if (find.find(middle).recordedAt() < nanos) {
                    from = middle + 1;
                } else {
                    to = middle;
                }
            }
        }
        return from;
    }

    /** Reads as {@link dev.waystate.statelog.StateLog#records} does. */
    public Page<StateRecord, HistoryPlace> records(
            String source, @Nullable HistoryPlace from, Set<Integer> statuses, int limit, int maxBytes) {
        return readers.readAtOnce(bounds.head(), connection -> {
            SourceRow found = SourceReader.find(connection, source);
            HistoryPlace first = from == null ? new HistoryPlace(found.position, true) : from;
            long head = LogBounds.head(connection);
            if (first.position() > (first.known() ? head : head + 1)) {
                throw new PositionBeyondHeadException(first.position(), head);
            }
            return new History(connection, names, found, statuses, limit, maxBytes).from(first);
        });
    }

    /** One page of the history of a source. */
    private static final class History {

        private final Connection connection;
        private final SourceName.Cache names;
        private final SourceRow source;
        private final Set<Integer> statuses;
        private final int limit;
        private final PageSize size;
        private final long earliest;
        private final List<StateRecord> page = new ArrayList<>();

        History(
                Connection connection,
                SourceName.Cache names,
                SourceRow source,
                Set<Integer> statuses,
                int limit,
                int maxBytes)
                throws SQLException {
            this.connection = connection;
            this.names = names;
            this.source = source;
            this.statuses = statuses;
            this.limit = limit;
            this.size = new PageSize(maxBytes);
            this.earliest = LogBounds.earliest(connection);
        }

        Page<StateRecord, HistoryPlace> from(HistoryPlace first) throws SQLException {
            HistoryPlace next = first.known() ? followLinks(first.position()) : first;
            if (next != null && !next.known() && page.size() < limit) {
                next = passOver(next.position());
            }
            return new Page<>(page, next);
        }

        /** Goes from each record to the one before. Returns where the next page begins, or null. */
        private @Nullable HistoryPlace followLinks(long first) throws SQLException {
            long position = first;
            try (RecordFinder find = new RecordFinder(connection, names)) {
                for (int looked = 0; position >= earliest; looked++) {
                    if (looked == MOST_LINKED) {
                        return new HistoryPlace(position, true);
                    }
                    BlockCursor record = find.find(position);
                    if (looked == 0 && record.sourceId() != source.id) {
                        return new HistoryPlace(position, false); // where the client says, and not a link
                    }
                    if (!takes(record)) {
                        return new HistoryPlace(position, true);
                    }
                    if (record.previous() == RecordRow.UNLINKED) {
                        return new HistoryPlace(position, false);
                    }
                    position = record.previous();
                }
            }
            return null;
        }

        /** Looks at each record below a position. Returns where the next page begins, or null. */
        private @Nullable HistoryPlace passOver(long end) throws SQLException {
            long begin = Math.max(earliest, end - MOST_UNLINKED);
            try (RecordFinder find = new RecordFinder(connection, names)) {
                for (long last = end - 1; last >= begin; last = find.blockStart() - 1) {
                    List<Long> positions = find.positionsUpTo(last, source.id);
                    for (int i = positions.size() - 1; i >= 0 && positions.get(i) >= begin; i--) {
                        BlockCursor record = find.find(positions.get(i));
                        if (!takes(record)) {
                            return new HistoryPlace(record.position() + 1, false);
                        }
                    }
                }
            }
            return begin > earliest ? new HistoryPlace(begin, false) : null;
        }

        /** Adds a record that was asked for; returns whether there was room, or none was needed. */
        private boolean takes(BlockCursor record) {
            if (record.sourceId() != source.id) {
                throw new DamagedRecordException(record.position());
            }
            if (!statuses.isEmpty() && !statuses.contains(record.status())) {
                return true;
            }
            if (page.size() == limit || !size.takes(record)) {
                return false;
            }
            return page.add(record.toRecord());
        }
    }
}
