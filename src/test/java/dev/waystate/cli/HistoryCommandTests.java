package dev.waystate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import dev.waystate.proto.v1.ListRecordsRequest;
import dev.waystate.proto.v1.ListRecordsResponse;
import dev.waystate.proto.v1.ListTransitionsRequest;
import dev.waystate.proto.v1.ListTransitionsResponse;
import dev.waystate.proto.v1.Record;
import dev.waystate.proto.v1.Transition;
import io.grpc.protobuf.StatusProto;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class HistoryCommandTests {

    @RegisterExtension
    private final ScriptedServer server = new ScriptedServer();

    @Test
    void recordsAreTakenPageByPageUntilThereAreSoMany() {
        server.answer(records("a", 9, 8)).answer(records("b")).answer(records("c", 7, 5, 2));

        CommandRun run = server.run("history", "cow-7", "--last", "4", "--status", "OK");

        assertThat(run.exitCode()).isZero();
        assertThat(run.outLines())
                .extracting(line -> line.substring(0, 8).strip())
                .containsExactly("POSITION", "9", "8", "7", "5");
        ListRecordsRequest first = ListRecordsRequest.newBuilder()
                .setSource("cow-7")
                .setPageSize(4)
                .addStatusesValue(1)
                .build();
        assertThat(server.requests())
                .containsExactly(
                        first,
                        first.toBuilder().setPageToken("a").build(),
                        first.toBuilder().setPageToken("b").build());
    }

    @Test
    void twentyRecordsAreAskedForUnlessTheNumberIsGivenAndAThousandAtOnceAtMost() {
        server.answer(records("")).answer(records(""));

        server.run("history", "cow-7", "--json");
        server.run("history", "cow-7", "--last", "3000000000");

        assertThat(server.requests())
                .extracting(request -> ((ListRecordsRequest) request).getPageSize())
                .containsExactly(20, 1_000);
    }

    @Test
    void statesAreTheTransitions() {
        server.answer(ListTransitionsResponse.newBuilder()
                .addTransitions(Transition.newBuilder().setPosition(9).setStatusValue(3))
                .build());

        CommandRun run = server.run("history", "cow-7", "--states");

        assertThat(run.outLines())
                .satisfiesExactly(
                        titles -> assertThat(titles).startsWith("STATUS   SINCE"),
                        state -> assertThat(state).startsWith("STARVED  1970-01-01T00:00:00.000Z  now "));
        assertThat(server.requests())
                .containsExactly(ListTransitionsRequest.newBuilder()
                        .setSource("cow-7")
                        .setPageSize(20)
                        .build());
    }

    @Test
    void sourceThatHasNeverReportedIsToldWithTheWayToFindOne() {
        server.fail(StatusProto.toStatusRuntimeException(Status.newBuilder()
                .setCode(5)
                .setMessage("No source \"cow-8\" has reported")
                .addDetails(Any.pack(
                        ErrorInfo.newBuilder().setReason("SOURCE_UNKNOWN").build()))
                .build()));

        CommandRun run = server.run("history", "cow-8");

        assertThat(run.exitCode()).isEqualTo(64 + 5);
        assertThat(run.err())
                .contains("NOT_FOUND: No source \"cow-8\" has reported", "'sources' lists those that have reported");
    }

    @ParameterizedTest
    @CsvSource({
        "'history', SOURCE",
        "'history cow-7 --last 0', a number from 1 on",
        "'history cow-7 --states --status OK', either --states or --status",
        "'history cow\ud83d', whole characters"
    })
    void wrongUsageIsNamedAndNobodyIsCalled(String line, String message) {
        server.assertRefuses(line, message);
    }

    private static ListRecordsResponse records(String next, long... positions) {
        ListRecordsResponse.Builder page = ListRecordsResponse.newBuilder().setNextPageToken(next);
        for (long position : positions) {
            page.addRecords(Record.newBuilder().setPosition(position).setSource("cow-7"));
        }
        return page.build();
    }
}
