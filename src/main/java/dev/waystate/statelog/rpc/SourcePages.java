package dev.waystate.statelog.rpc;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import dev.waystate.geometry.Circle;
import dev.waystate.geometry.Distance;
import dev.waystate.proto.v1.ListSourcesRequest;
import dev.waystate.proto.v1.ListSourcesResponse;
import dev.waystate.proto.v1.Near;
import dev.waystate.proto.v1.Source;
import dev.waystate.server.status.InvalidRequestException;
import dev.waystate.statelog.NearPlace;
import dev.waystate.statelog.Page;
import dev.waystate.statelog.SourceFilter;
import dev.waystate.statelog.SourceState;
import dev.waystate.statelog.StateLog;
import dev.waystate.statelog.Transition;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.springframework.stereotype.Component;

/** Lists sources page by page: all of them, those near a point, or as of an earlier moment. */
@Component
class SourcePages {

    /** The most bytes that a source takes as of an earlier moment, most of them for its name. */
    private static final int BYTES_PER_PAST_SOURCE = 320;

    private static final int MAX_NANOS = 999_999_999;

    private final StateLog stateLog;
    private final Moments moments;

    SourcePages(StateLog stateLog, Moments moments) {
        this.stateLog = stateLog;
        this.moments = moments;
    }

    /**
     * Returns a page of about so many bytes, or of one source if that takes more.
     *
     * @throws InvalidRequestException if a field is out of range
     */
    ListSourcesResponse page(ListSourcesRequest request, int mostBytes) {
        int size = Fields.pageSize(request.getPageSize());
        SourceFilter filter = new SourceFilter(
                Fields.sources(request.getSourcesList()),
                Set.copyOf(request.getStatusesValueList()),
                request.hasSilentFor() ? silentSince(request.getSilentFor()) : null);
        if (request.hasAsOf()) {
            if (request.hasNear() || request.hasSilentFor()) {
                throw new InvalidRequestException("as_of", "expected none together with near or silent_for");
            }
            return past(request, filter, Math.max(1, Math.min(size, mostBytes / BYTES_PER_PAST_SOURCE)));
        }
        return request.hasNear() ? near(request, filter, size, mostBytes) : byName(request, filter, size, mostBytes);
    }

    /**
     * Returns the token of a list. The time of {@code as_of} does not count: it may differ from page to page, as
     * clients ask for "ten minutes ago".
     */
    private PageToken token(ListSourcesRequest request, SourceFilter filter) {
        ListSourcesRequest.Builder list = request.toBuilder()
                .clearPageSize()
                .clearPageToken()
                .clearMinPosition()
                .clearSources()
                .addAllSources(new TreeSet<>(filter.names()))
                .clearStatuses()
                .addAllStatusesValue(new TreeSet<>(filter.statuses()));
        if (request.getAsOf().hasTime()) {
            list.getAsOfBuilder().setTime(Timestamp.getDefaultInstance());
        }
        return new PageToken(stateLog.id(), list.build());
    }

    private Instant silentSince(Duration silence) {
        if (silence.getSeconds() < 0 || silence.getNanos() < 0 || silence.getNanos() > MAX_NANOS) {
            throw new InvalidRequestException(
                    "silent_for", "expected a duration from 0 on, with 0 to 999999999 nanoseconds");
        }
        try {
            Instant since = stateLog.now().minusSeconds(silence.getSeconds()).minusNanos(silence.getNanos());
            return since.isBefore(Instant.EPOCH) ? Instant.EPOCH : since;
        } catch (DateTimeException | ArithmeticException longerThanTime) {
            return Instant.EPOCH;
        }
    }

    private ListSourcesResponse byName(ListSourcesRequest request, SourceFilter filter, int size, int mostBytes) {
        PageToken token = token(request, filter);
        Page<SourceState, String> page =
                stateLog.sources(filter, token.toName(request.getPageToken()), size, mostBytes);
        ListSourcesResponse.Builder response = ListSourcesResponse.newBuilder().setNextPageToken(token.of(page.next()));
        page.items().forEach(source -> response.addSources(Messages.toSource(source)));
        return response.build();
    }

    private ListSourcesResponse near(ListSourcesRequest request, SourceFilter filter, int size, int mostBytes) {
        Near near = request.getNear();
        Circle circle = near.hasWithin()
                ? Fields.circle("near.within", near.getPoint(), near.getWithin())
                : Circle.ofAll(Fields.point(near.getPoint()));
        PageToken token = token(request, filter);
        Page<SourceState, NearPlace> page =
                stateLog.nearest(circle, filter, token.toNearPlace(request.getPageToken()), size, mostBytes);
        ListSourcesResponse.Builder response = ListSourcesResponse.newBuilder().setNextPageToken(token.of(page.next()));
        page.items()
                .forEach(
                        source -> response.addSources(Messages.toSource(source).setDistance(distance(circle, source))));
        return response.build();
    }

    private static float distance(Circle circle, SourceState source) {
        return Distance.between(
                circle.center(), Objects.requireNonNull(source.track()).location());
    }

    private ListSourcesResponse past(ListSourcesRequest request, SourceFilter filter, int size) {
        PageToken token = token(request, filter);
        Page<Transition, String> page = stateLog.sourcesAt(
                moments.position("as_of", request.getAsOf()), filter, token.toName(request.getPageToken()), size);
        ListSourcesResponse.Builder response = ListSourcesResponse.newBuilder().setNextPageToken(token.of(page.next()));
        for (Transition state : page.items()) {
            response.addSources(Source.newBuilder()
                    .setName(state.source())
                    .setStatusValue(state.status())
                    .setStateSince(Messages.toTimestamp(state.since())));
        }
        return response.build();
    }
}
