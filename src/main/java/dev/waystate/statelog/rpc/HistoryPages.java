package dev.waystate.statelog.rpc;

import dev.waystate.proto.v1.ListRecordsRequest;
import dev.waystate.proto.v1.ListRecordsResponse;
import dev.waystate.proto.v1.ListTransitionsRequest;
import dev.waystate.proto.v1.ListTransitionsResponse;
import dev.waystate.server.status.InvalidRequestException;
import dev.waystate.statelog.HistoryPlace;
import dev.waystate.statelog.Page;
import dev.waystate.statelog.StateLog;
import dev.waystate.statelog.StateRecord;
import dev.waystate.statelog.Transition;
import java.util.Set;
import java.util.TreeSet;
import org.springframework.stereotype.Component;

/** Lists what one source reported, page by page, newest first. */
@Component
class HistoryPages {

    /** The most bytes of a page of transitions: a thousand, which have numbers alone. */
    static final int TRANSITION_BYTES = 64 * 1024;

    private static final int BYTES_PER_TRANSITION = 64;

    private final StateLog stateLog;

    HistoryPages(StateLog stateLog) {
        this.stateLog = stateLog;
    }

    /**
     * Returns a page of about so many bytes, or of one record if that takes more.
     *
     * @throws InvalidRequestException if a field is out of range
     */
    ListRecordsResponse records(ListRecordsRequest request, int mostBytes) {
        String source = Fields.source("source", request.getSource());
        Set<Integer> statuses = Set.copyOf(request.getStatusesValueList());
        PageToken token = new PageToken(
                stateLog.id(),
                ListRecordsRequest.newBuilder()
                        .setSource(source)
                        .addAllStatusesValue(new TreeSet<>(statuses))
                        .build());
        Page<StateRecord, HistoryPlace> page = stateLog.records(
                source,
                token.toHistoryPlace(request.getPageToken()),
                statuses,
                Fields.pageSize(request.getPageSize()),
                mostBytes);
        ListRecordsResponse.Builder response = ListRecordsResponse.newBuilder().setNextPageToken(token.of(page.next()));
        page.items().forEach(stored -> response.addRecords(Messages.toRecord(stored)));
        return response.build();
    }

    /**
     * Returns a page of about so many bytes.
     *
     * @throws InvalidRequestException if a field is out of range
     */
    ListTransitionsResponse transitions(ListTransitionsRequest request, int mostBytes) {
        String source = Fields.source("source", request.getSource());
        PageToken token = new PageToken(
                stateLog.id(),
                ListTransitionsRequest.newBuilder().setSource(source).build());
        Long before = token.toPosition(request.getPageToken());
        int size = Math.min(Fields.pageSize(request.getPageSize()), Math.max(1, mostBytes / BYTES_PER_TRANSITION));
        Page<Transition, Long> page = stateLog.transitions(source, before == null ? Long.MAX_VALUE : before, size);
        ListTransitionsResponse.Builder response =
                ListTransitionsResponse.newBuilder().setNextPageToken(token.of(page.next()));
        page.items().forEach(state -> response.addTransitions(Messages.toTransition(state)));
        return response.build();
    }
}
