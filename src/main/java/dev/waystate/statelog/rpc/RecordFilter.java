package dev.waystate.statelog.rpc;

import dev.waystate.geometry.Circle;
import dev.waystate.geometry.Point;
import dev.waystate.proto.v1.ReadRequest;
import dev.waystate.statelog.StoredRecord;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which records a reader wants.
 *
 * @param sources of these sources; all when empty
 * @param statuses with one of these statuses; all when empty
 * @param within with a location in this circle; all when null
 */
record RecordFilter(
        Set<String> sources,
        Set<Integer> statuses,
        @Nullable Circle within) {

    static RecordFilter fromRequest(ReadRequest request) {
        return new RecordFilter(
                Fields.sources(request.getSourcesList()),
                Set.copyOf(request.getStatusesValueList()),
                request.hasWithin()
                        ? Fields.circle(
                                "within.radius",
                                request.getWithin().getCenter(),
                                request.getWithin().getRadius())
                        : null);
    }

    boolean accepts(StoredRecord record) {
        return (sources.isEmpty() || sources.contains(record.source()))
                && (statuses.isEmpty() || statuses.contains(record.status()))
                && (within == null || isWithin(within, record.location()));
    }

    private static boolean isWithin(Circle circle, @Nullable Point location) {
        return location != null && circle.contains(location);
    }
}
