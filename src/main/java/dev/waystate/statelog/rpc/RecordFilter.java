package dev.waystate.statelog.rpc;

import dev.waystate.proto.v1.ReadRequest;
import dev.waystate.server.status.InvalidRequestException;
import dev.waystate.statelog.StateRecord;
import java.util.Collection;
import java.util.Set;

/**
 * Which records a reader wants.
 *
 * @param sources of these sources; all when empty
 * @param statuses with one of these statuses; all when empty
 */
record RecordFilter(Set<String> sources, Set<Integer> statuses) {

    private static final int MAX_VALUES = 100;

    static RecordFilter fromRequest(ReadRequest request) {
        checkSize("sources", request.getSourcesList());
        checkSize("statuses", request.getStatusesValueList());
        return new RecordFilter(Set.copyOf(request.getSourcesList()), Set.copyOf(request.getStatusesValueList()));
    }

    /** @throws InvalidRequestException if there are more than 100 values */
    static void checkSize(String field, Collection<?> values) {
        if (values.size() > MAX_VALUES) {
            throw new InvalidRequestException(
                    field, "expected at most " + MAX_VALUES + " values, but there are " + values.size());
        }
    }

    boolean accepts(StateRecord record) {
        return (sources.isEmpty() || sources.contains(record.source()))
                && (statuses.isEmpty() || statuses.contains(record.status()));
    }
}
