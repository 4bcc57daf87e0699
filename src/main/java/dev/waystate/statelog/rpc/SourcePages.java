package dev.waystate.statelog.rpc;

import dev.waystate.proto.v1.ListSourcesRequest;
import dev.waystate.proto.v1.ListSourcesResponse;
import dev.waystate.server.status.InvalidRequestException;
import dev.waystate.statelog.SourceState;
import dev.waystate.statelog.StateLog;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.springframework.stereotype.Component;

/** Lists sources page by page. A page token holds the last name of the page before. */
@Component
class SourcePages {

    private static final int DEFAULT_SIZE = 100;
    private static final int MAX_SIZE = 1_000;

    /** Below what clients take in one message, 4 MiB. */
    static final int MOST_BYTES = 3 * 1024 * 1024;

    private final StateLog stateLog;

    SourcePages(StateLog stateLog) {
        this.stateLog = stateLog;
    }

    /**
     * Returns a page of about so many bytes, or of one source if that takes more.
     *
     * @throws InvalidRequestException if a field is out of range
     */
    ListSourcesResponse page(ListSourcesRequest request, int mostBytes) {
        RecordFilter.checkSize("statuses", request.getStatusesValueList());
        int size = size(request.getPageSize());
        Set<Integer> statuses = Set.copyOf(request.getStatusesValueList());
        List<SourceState> page = stateLog.sources(fromToken(request.getPageToken()), statuses, size, mostBytes);
        ListSourcesResponse.Builder response = ListSourcesResponse.newBuilder();
        page.forEach(source -> response.addSources(Messages.toSource(source)));
        if (!page.isEmpty()) {
            String last = page.get(page.size() - 1).latest().source();
            if (!stateLog.sources(last, statuses, 1, 1).isEmpty()) {
                response.setNextPageToken(toToken(last));
            }
        }
        return response.build();
    }

    private static int size(int requested) {
        if (requested < 0 || requested > MAX_SIZE) {
            throw new InvalidRequestException(
                    "page_size",
                    "expected 1 to " + MAX_SIZE + ", or 0 for " + DEFAULT_SIZE + ", but it is " + requested);
        }
        return requested == 0 ? DEFAULT_SIZE : requested;
    }

    private static String toToken(String name) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(name.getBytes(StandardCharsets.UTF_8));
    }

    private static String fromToken(String token) {
        try {
            return new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notBase64) {
            throw new InvalidRequestException("page_token", "expected the next_page_token of a response");
        }
    }
}
