package dev.waystate.statelog.view;

import dev.waystate.geometry.Circle;
import dev.waystate.geometry.Point;
import dev.waystate.geometry.SquaredDistance;
import dev.waystate.statelog.DamagedRecordException;
import dev.waystate.statelog.NearPlace;
import dev.waystate.statelog.Page;
import dev.waystate.statelog.SourceFilter;
import dev.waystate.statelog.SourceState;
import dev.waystate.statelog.Summary;
import dev.waystate.statelog.Summary.StatusCount;
import dev.waystate.statelog.UnknownSourceException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** Reads the sources as they are now. */
public final class SourceReader {

    private static final String FIND = "SELECT " + SourceRow.COLUMNS + " FROM source WHERE id = ?";

    private static final String FIND_NAMED =
            "SELECT " + SourceRow.COLUMNS + " FROM source WHERE name = ? AND position > 0";

    private static final String FIND_IN_BOX = """
            SELECT id, name, source_location.min_x, source_location.min_y FROM source_location
            CROSS JOIN source ON source.id = source_location.source_id
            WHERE min_x >= ? AND max_x <= ? AND min_y >= ? AND max_y <= ?""";

    private static final String FIND_OUTSIDE = """
            SELECT EXISTS (SELECT 1 FROM source_location WHERE min_x < ?)
                OR EXISTS (SELECT 1 FROM source_location WHERE max_x > ?)
                OR EXISTS (SELECT 1 FROM source_location WHERE min_y < ?)
                OR EXISTS (SELECT 1 FROM source_location WHERE max_y > ?)""";

    private static final String SUMMARIZE = """
            SELECT earliest, head, status, reports, sources FROM bounds LEFT JOIN status_total
            ORDER BY reports DESC LIMIT 1000""";

    private final Readers readers;
    private final LogBounds bounds;

    SourceReader(Readers readers, LogBounds bounds) {
        this.readers = readers;
        this.bounds = bounds;
    }

    /** @throws UnknownSourceException if it has never reported */
    static SourceRow find(Connection connection, String name) throws SQLException {
        try (PreparedStatement find = connection.prepareStatement(FIND_NAMED)) {
            find.setString(1, name);
            try (ResultSet row = find.executeQuery()) {
                if (!row.next()) {
                    throw new UnknownSourceException(name);
                }
                return SourceRow.read(row, new Checksum());
            }
        }
    }

    /** Reads as {@link dev.waystate.statelog.StateLog#sources} does. */
    public Page<SourceState, String> sources(SourceFilter filter, String afterNameExclusive, int limit, int maxBytes) {
        String query = "SELECT " + SourceRow.COLUMNS + " FROM source WHERE name > ? AND position > 0"
                + condition(filter) + " ORDER BY name";
        return readers.read(bounds.head(), connection -> {
            try (PreparedStatement statement = connection.prepareStatement(query)) {
                statement.setString(1, afterNameExclusive);
                set(statement, 2, filter);
                try (ResultSet rows = statement.executeQuery()) {
                    return page(rows, limit, maxBytes);
                }
            }
        });
    }

    private static Page<SourceState, String> page(ResultSet rows, int limit, int maxBytes) throws SQLException {
        List<SourceState> sources = new ArrayList<>();
        PageSize size = new PageSize(maxBytes);
        Checksum checksum = new Checksum();
        while (rows.next()) {
            SourceState next = SourceRow.read(rows, checksum).toState();
            if (sources.size() == limit || !size.takes(next)) {
                return new Page<>(
                        sources, sources.get(sources.size() - 1).latest().source());
            }
            sources.add(next);
        }
        return new Page<>(sources, null);
    }

    private static String condition(SourceFilter filter) {
        return Readers.isOneOf("name", filter.names())
                + Readers.isOneOf("status", filter.statuses())
                + (filter.silentSince() == null ? "" : " AND recorded_at <= ?");
    }

    private static void set(PreparedStatement statement, int first, SourceFilter filter) throws SQLException {
        int statuses = Readers.setAll(statement, first, filter.names());
        int silence = Readers.setAll(statement, statuses, filter.statuses());
        if (filter.silentSince() != null) {
            statement.setLong(silence, Timestamps.toNanos(filter.silentSince()));
        }
    }

    /** A source whose place is known. */
    private record Candidate(long id, NearPlace place) {}

    /**
     * Reads as {@link dev.waystate.statelog.StateLog#nearest} does. It searches squares around the center, each twice
     * as large as the one before. It ends when a square has enough sources that are no farther than its sides, or all
     * there are. Everything outside of the square is farther than these.
     */
    public Page<SourceState, NearPlace> nearest(
            Circle circle, SourceFilter filter, @Nullable NearPlace afterExclusive, int limit, int maxBytes) {
        return readers.readAtOnce(bounds.head(), connection -> {
            try (PreparedStatement find = connection.prepareStatement(FIND_IN_BOX + condition(filter));
                    PreparedStatement findOutside = connection.prepareStatement(FIND_OUTSIDE)) {
                set(find, 5, filter);
                double radius =
                        afterExclusive == null ? 1 : afterExclusive.distance().root();
                List<Candidate> found;
                boolean last;
                do {
                    last = !isAnyOutside(findOutside, circle.center(), radius);
                    // The circle also covers the corners of the square that was looked beyond.
                    radius = Math.min(2 * radius + 1, circle.radius());
                    found = candidates(find, new Circle(circle.center(), radius), afterExclusive, limit + 1);
                } while (found.size() <= limit && radius < circle.radius() && !last);
                return page(connection, circle.center(), found, limit, maxBytes);
            }
        });
    }

    private static boolean isAnyOutside(PreparedStatement find, Point center, double radius) throws SQLException {
        setBox(find, center, radius);
        try (ResultSet row = find.executeQuery()) {
            return row.getBoolean(1);
        }
    }

    private static void setBox(PreparedStatement statement, Point center, double radius) throws SQLException {
        long reach = (long) radius;
        statement.setLong(1, center.x() - reach);
        statement.setLong(2, center.x() + reach);
        statement.setLong(3, center.y() - reach);
        statement.setLong(4, center.y() + reach);
    }

    /** Returns the first sources in a circle after a place, in their order. */
    private static List<Candidate> candidates(
            PreparedStatement find, Circle circle, @Nullable NearPlace afterExclusive, int limit) throws SQLException {
        setBox(find, circle.center(), circle.radius());
        PriorityQueue<Candidate> nearest = new PriorityQueue<>(Comparator.comparing(
                Candidate::place, Comparator.<NearPlace>naturalOrder().reversed()));
        try (ResultSet row = find.executeQuery()) {
            while (row.next()) {
                Readers.checkWanted();
                SquaredDistance distance =
                        SquaredDistance.between(circle.center(), new Point(row.getInt(3), row.getInt(4)));
                boolean tooNear = afterExclusive != null && distance.compareTo(afterExclusive.distance()) < 0;
                boolean tooFar = nearest.size() == limit
                        && distance.compareTo(nearest.element().place().distance()) > 0;
                if (tooNear || tooFar || !circle.contains(distance)) {
                    continue;
                }
                NearPlace place = new NearPlace(distance, row.getString(2));
                if (afterExclusive == null || place.compareTo(afterExclusive) > 0) {
                    nearest.add(new Candidate(row.getLong(1), place));
                    if (nearest.size() > limit) {
                        nearest.poll();
                    }
                }
            }
        }
        List<Candidate> inOrder = new ArrayList<>(nearest);
        inOrder.sort(Comparator.comparing(Candidate::place));
        return inOrder;
    }

    private static Page<SourceState, NearPlace> page(
            Connection connection, Point center, List<Candidate> candidates, int limit, int maxBytes)
            throws SQLException {
        List<SourceState> sources = new ArrayList<>();
        PageSize size = new PageSize(maxBytes);
        Checksum checksum = new Checksum();
        try (PreparedStatement find = connection.prepareStatement(FIND)) {
            for (Candidate candidate : candidates) {
                find.setLong(1, candidate.id());
                try (ResultSet row = find.executeQuery()) {
                    row.next();
                    SourceRow found = SourceRow.read(row, checksum);
                    checkPlace(found, center, candidate);
                    SourceState next = found.toState();
                    if (sources.size() == limit || !size.takes(next)) {
                        return new Page<>(
                                sources, candidates.get(sources.size() - 1).place());
                    }
                    sources.add(next);
                }
            }
        }
        return new Page<>(sources, null);
    }

    /** @throws DamagedRecordException if the source is not where the locations table has it */
    private static void checkPlace(SourceRow found, Point center, Candidate candidate) {
        Point location = found.location();
        if (location == null
                || !SquaredDistance.between(center, location)
                        .equals(candidate.place().distance())) {
            throw new DamagedRecordException(found.position);
        }
    }

    /** Reads as {@link dev.waystate.statelog.StateLog#summary} does. */
    public Summary summary() {
        return readers.read(bounds.head(), connection -> {
            List<StatusCount> statuses = new ArrayList<>();
            try (PreparedStatement statement = connection.prepareStatement(SUMMARIZE);
                    ResultSet rows = statement.executeQuery()) {
                rows.next();
                long earliest = Math.max(rows.getLong(1), bounds.earliest()); // from which readers are let in
                long head = rows.getLong(2);
                do {
                    StatusCount count = new StatusCount(rows.getInt(3), rows.getLong(4), rows.getLong(5));
                    if (count.reports() > 0) { // the outer join gives an empty log one row of nulls
                        statuses.add(count);
                    }
                } while (rows.next());
                statuses.sort(Comparator.comparingInt(StatusCount::status));
                return new Summary(earliest, head, statuses);
            }
        });
    }
}
