package dev.waystate.statelog.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.waystate.InProcessTest;
import dev.waystate.proto.Status;
import dev.waystate.proto.v1.GetSummaryRequest;
import dev.waystate.proto.v1.GetSummaryResponse;
import dev.waystate.proto.v1.ListSourcesRequest;
import dev.waystate.proto.v1.ListSourcesResponse;
import dev.waystate.proto.v1.Source;
import dev.waystate.proto.v1.StateLogServiceGrpc.StateLogServiceBlockingStub;
import dev.waystate.proto.v1.StatusCount;
import dev.waystate.statelog.Batch;
import dev.waystate.statelog.Report;
import dev.waystate.statelog.StateLog;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import net.devh.boot.grpc.client.inject.GrpcClient;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;

@InProcessTest
class SourceQueryTests {

    private static final int SOURCES = 25;

    @GrpcClient("waystate")
    StateLogServiceBlockingStub stub;

    @Autowired
    StateLog stateLog;

    @BeforeEach
    void fillLog() {
        if (stateLog.head() == 0) {
            for (int i = 0; i < SOURCES; i++) {
                append("source %02d".formatted(i), i % 5 == 0 ? Status.STARVED : Status.OK);
            }
        }
    }

    @Test
    void sourcesComePageByPageEachOnceAndInOrder() {
        List<String> names = new ArrayList<>();
        String token = "";
        do {
            ListSourcesResponse page =
                    list(ListSourcesRequest.newBuilder().setPageSize(10).setPageToken(token));
            page.getSourcesList().forEach(source -> names.add(source.getLatest().getSource()));
            token = page.getNextPageToken();
        } while (!token.isEmpty());
        assertThat(names)
                .isEqualTo(IntStream.range(0, SOURCES)
                        .mapToObj("source %02d"::formatted)
                        .toList());
    }

    @Test
    void aLastPageThatIsFullHasNoToken() {
        ListSourcesResponse page = list(ListSourcesRequest.newBuilder().setPageSize(SOURCES));
        assertThat(page.getSourcesCount()).isEqualTo(SOURCES);
        assertThat(page.getNextPageToken()).isEmpty();
    }

    @Test
    void theStarvingOnesAreFound() {
        ListSourcesResponse page = list(ListSourcesRequest.newBuilder().addStatuses(Status.STARVED));
        assertThat(page.getSourcesList())
                .hasSize(5)
                .allMatch(source -> source.getLatest().getStatus() == Status.STARVED);
        Source first = page.getSources(0);
        assertThat(first.getDurableSequence()).isEqualTo(1);
        assertThat(first.getLatest().getPosition()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 1001, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void pageSizesOutOfRangeAreRefused(int size) {
        assertInvalid(ListSourcesRequest.newBuilder().setPageSize(size), "page_size");
    }

    @ParameterizedTest
    @ValueSource(strings = {"?", "a", "\u0000"})
    void tokensThatCameFromElsewhereAreRefused(String token) {
        assertInvalid(ListSourcesRequest.newBuilder().setPageToken(token), "page_token");
    }

    @Test
    void tooManyStatusesAreRefused() {
        assertInvalid(
                ListSourcesRequest.newBuilder()
                        .addAllStatusesValue(IntStream.range(0, 101).boxed().toList()),
                "statuses");
    }

    @Test
    void theSummaryHasPositionsAndCounts() {
        GetSummaryResponse summary = stub.getSummary(GetSummaryRequest.getDefaultInstance());
        assertThat(summary.getEarliestPosition()).isEqualTo(1);
        assertThat(summary.getHeadPosition()).isEqualTo(SOURCES);
        assertThat(summary.getStatusesList()).containsExactly(count(Status.OK, 20), count(Status.STARVED, 5));
    }

    private static StatusCount count(Status status, int number) {
        return StatusCount.newBuilder()
                .setStatus(status)
                .setReports(number)
                .setSources(number)
                .build();
    }

    private void assertInvalid(ListSourcesRequest.Builder request, String field) {
        StatusRuntimeException refusal = catchThrowableOfType(StatusRuntimeException.class, () -> list(request));
        assertThat(refusal.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(refusal.getStatus().getDescription()).startsWith(field + ": expected ");
    }

    private ListSourcesResponse list(ListSourcesRequest.Builder request) {
        return stub.listSources(request.build());
    }

    private void append(String source, Status status) {
        stateLog.append(new Batch(source, 1, List.of(new Report(status.getNumber(), "", null))))
                .toCompletableFuture()
                .join();
    }
}
